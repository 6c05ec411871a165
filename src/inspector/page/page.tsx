import { render } from 'preact'
import { Shell } from './shell.js'

const host = document.querySelector('#page')
if (host !== null) render(<Shell />, host)
