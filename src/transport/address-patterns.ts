import { isIP } from 'node:net'

/** V8 compiles a pattern for its interpreter first, unless the text is this long. */
const longText = 'x'.repeat(1_000)

/**
 * Has the patterns compiled by which Node tells addresses from names, as it does several times for each connection. That of
 * IPv6 is so long that the code for the interpreter takes a process's first connection 10 ms, and machine code only 2.
 */
export function compileAddressPatterns(): void {
  isIP(longText)
}
