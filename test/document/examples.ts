import { basics } from './chapters/basics.js'
import { contactsAndMore } from './chapters/contacts.js'

/** How many examples each section of the document has, in its order; the sections on chat states and vCards have none. */
export const sections = [
  { title: 'Opening the connection', rows: ['S1'], count: 4 },
  { title: 'Identification', rows: ['S2'], count: 5 },
  { title: 'Changing one’s status', rows: ['S3'], count: 6 },
  { title: 'The status of contacts', rows: ['S4'], count: 1 },
  { title: 'Getting the contact list', rows: ['S5'], count: 2 },
  { title: 'Sending messages', rows: ['S6'], count: 2 },
  { title: 'Typing notifications (XEP-0022)', rows: ['S7'], count: 3 },
  { title: 'Conversation states (XEP-0085)', rows: ['S8'], count: 0 },
  { title: 'Rich text (XEP-0071)', rows: ['S9', 'S10'], count: 3 },
  { title: 'A new account (XEP-0077)', rows: ['S11'], count: 3 },
  { title: 'Closing an account', rows: ['S12'], count: 1 },
  { title: 'Changing the password', rows: ['S13'], count: 1 },
  { title: 'Asking for an authorisation', rows: ['S14'], count: 2 },
  { title: 'Accepting an authorisation', rows: ['S14'], count: 1 },
  { title: 'Refusing an authorisation', rows: ['S14'], count: 1 },
  { title: 'Adding a contact', rows: ['S15'], count: 3 },
  { title: 'Removing a contact', rows: ['S15'], count: 1 },
  { title: 'You ask first', rows: ['S16'], count: 3 },
  { title: 'They ask first', rows: ['S16'], count: 3 },
  { title: 'Receiving a vCard', rows: ['S17'], count: 0 },
  { title: 'Publishing one’s vCard', rows: ['S17'], count: 0 },
  { title: 'Client information (XEP-0092)', rows: ['S18'], count: 2 },
] as const

/** Every example, in the order of the document. */
export const examples = [...basics, ...contactsAndMore] as const

export type ExampleId = (typeof examples)[number]['id']

/** An example as the document prints it; throws RangeError where there is none of that id. */
export function textOf(id: string): string {
  const found = examples.find((example) => example.id === id)
  if (found === undefined) throw new RangeError(`the document has no example ${id}`)
  return found.xml.trim()
}
