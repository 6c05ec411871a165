import { Tokenizer as HtmlTokenizer, type TokenizerCallbacks } from 'htmlparser2'

export { QuoteType, type TokenizerCallbacks } from 'htmlparser2'

/** What of the tokenizer is in the build. */
export type Tokenizer = Pick<HtmlTokenizer, 'reset' | 'write' | 'pause'>

/** The options that the tokenizer in the build has for good. */
export interface TokenizerOptions {
  readonly xmlMode: true
  readonly decodeEntities: false
}

/**
 * htmlparser2's tokenizer. The build puts it in the place of this file, without what no document can reach under these
 * options: to load that takes ten times as long.
 */
export const Tokenizer: new (options: TokenizerOptions, callbacks: TokenizerCallbacks) => Tokenizer =
  HtmlTokenizer
