import { toIqElement } from '../stanza/iq.js'
import { toRosterElement, type RosterItemInput } from '../stanza/roster.js'
import type { XmlElement } from '../xml/element.js'
import type { Resource } from './resource.js'
import type { Contact, RosterChange } from './roster-store.js'

/** A contact as clients see it (RFC 6121 §2.1.2). */
export function toItem({ jid, name, groups, state }: Contact): RosterItemInput {
  const hasTo = state.to === 'subscribed'
  const hasFrom = state.from === 'subscribed'
  return {
    jid,
    name,
    groups,
    subscription: hasTo ? (hasFrom ? 'both' : 'to') : hasFrom ? 'from' : 'none',
    ask: state.to === 'pending',
    approved: state.from === 'approved',
  }
}

/** Tells one resource of a change of its roster; the version only if it has asked with one (RFC 6121 §2.1.6, §2.6.3). */
export function toRosterPush(resource: Resource, change: RosterChange, id: string): XmlElement {
  const { contact, jid } = change
  return toIqElement({
    type: 'set',
    id,
    to: resource.jid,
    payload: toRosterElement({
      ver: resource.interest === 'versioned' ? change.version : undefined,
      items: [contact === undefined ? { jid, subscription: 'remove' } : toItem(contact)],
    }),
  })
}
