// What the build makes of JSX; shorter than what its newer form comes to.
export { Fragment, h } from 'preact'
