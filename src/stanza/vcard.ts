import type { Image, ImageBytes } from './image.js'

/** The parts of a name, `prefix` such as `Dr.` and `suffix` such as `Jr.`; several of one part are parted by commas. */
export interface PersonName {
  readonly family?: string | undefined
  readonly given?: string | undefined
  readonly middle?: string | undefined
  readonly prefix?: string | undefined
  readonly suffix?: string | undefined
}

/** What something is for, such as `home`, `work`, `voice`, `fax`, `cell`; in lower case. */
export type VCardKinds = readonly string[]

/** An address of e-mail, and what it is for. */
export interface VCardEmail {
  readonly address: string
  /** None where nothing is said of it. */
  readonly kinds?: VCardKinds | undefined
}

/** A number, and what it is for. */
export interface VCardPhone {
  readonly number: string
  /** None where nothing is said of it. */
  readonly kinds?: VCardKinds | undefined
}

/** A place to write to: `extended` is the flat or the floor, `locality` the town, `region` the state or the county. */
export interface PostalAddress {
  readonly postBox?: string | undefined
  readonly extended?: string | undefined
  readonly street?: string | undefined
  readonly locality?: string | undefined
  readonly region?: string | undefined
  readonly postalCode?: string | undefined
  readonly country?: string | undefined
  readonly kinds?: VCardKinds | undefined
}

/** Whom somebody works for, and in which departments. */
export interface Organization {
  readonly name?: string | undefined
  readonly units?: readonly string[] | undefined
}

/**
 * What somebody says of themselves. All of it is text that the other side has chosen, links included: an app decides which of
 * them lead anywhere. What is not there is `undefined`, or an empty list.
 */
export interface VCard {
  readonly fullName: string | undefined
  readonly name: PersonName | undefined
  readonly nicknames: readonly string[]
  /** As it was written, mostly `1966-08-06`. */
  readonly birthday: string | undefined
  readonly emails: readonly VCardEmail[]
  readonly phones: readonly VCardPhone[]
  readonly addresses: readonly PostalAddress[]
  readonly organization: Organization | undefined
  readonly title: string | undefined
  readonly role: string | undefined
  readonly urls: readonly string[]
  /** XMPP addresses, as they were written. */
  readonly jids: readonly string[]
  readonly note: string | undefined
  /** Only an image whose bytes are in the card and of a kind that is known; at most `imageLimitBytes`. */
  readonly photo: Image | undefined
}

/** What to change: what is left out stays as it is, `null` and an empty list remove. A list is given as a whole. */
export type VCardChanges = {
  readonly [Field in keyof Omit<VCard, 'photo'>]?: VCard[Field] | null | undefined
} & {
  /** Its type is what its bytes say. */
  readonly photo?: ImageBytes | null | undefined
}
