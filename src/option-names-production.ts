import type { ClientOptions } from './client-options.js'

/** Takes them all: whoever built the app was told in development. */
export function refuseUnknownOptions(_options: ClientOptions): void {}
