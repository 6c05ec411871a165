// The build puts htmlparser2's tokenizer itself in the place of this file, without the tables of HTML entities that it
// never uses here: they would be a sixth of a browser app.
export { QuoteType, Tokenizer, type TokenizerCallbacks } from 'htmlparser2'
