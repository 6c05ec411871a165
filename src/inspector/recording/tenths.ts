/** Milliseconds as a recording has them. */
export const toTenths = (ms: number) => Math.round(ms * 10) / 10
