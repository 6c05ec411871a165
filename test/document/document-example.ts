/** An XML example of the founding document, a tutorial on how a client talks to a server. */
export interface DocumentExample {
  /** Row of the table of systems, and which example of it in order. */
  readonly id: string
  /** Who says it. */
  readonly from: 'client' | 'server'
  readonly shows: string
  /** As the document prints it; its indentation is for the eye only. */
  readonly xml: string
}
