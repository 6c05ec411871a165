export { createClient, type Client, type ClientRequest } from './client.js'
export { accounts } from './accounts.js'
export type { ClientLimits, ClientOptions, TlsOptions, TransportOpener } from './client-options.js'
export { contacts } from './contacts.js'
export {
  AuthenticationError,
  DefectError,
  ProtocolError,
  StanzaError,
  StoreError,
  StreamError,
  TimeoutError,
  TransportError,
  XmppError,
} from './errors.js'
export type { Surroundings } from './actors/surroundings.js'
export type { AccountsFeature, RegisterOptions, RegistrationResult } from './features/accounts.js'
export {
  archive,
  type ArchiveFeature,
  type ArchiveOptions,
  type ArchiveSearch,
  type FoundMessage,
  type ArchiveState,
} from './features/archive.js'
export {
  avatars,
  type AvatarImage,
  type AvatarsFeature,
  type AvatarsOptions,
  type PublishAvatarOptions,
} from './features/avatars.js'
export type { Avatar } from './features/avatar-cache.js'
export {
  bookmarks,
  type BookmarksFeature,
  type BookmarksOptions,
  type BookmarksState,
} from './features/bookmarks.js'
export type { Bookmark, BookmarkInput } from './stanza/bookmark.js'
export { blocking, type BlockingFeature, type BlockingState } from './features/blocking.js'
export {
  clientInformation,
  type ClientInformation,
  type ClientInformationFeature,
} from './features/client-information.js'
export { clientState, type ClientStateFeature } from './features/attention.js'
export type { Befriending, BefriendingState } from './features/befriending.js'
export { carbons, type CarbonsFeature, type CarbonsState, type CopiedMessage } from './features/carbons.js'
export type { ClientState } from './features/client-state.js'
export type { ContactPresence } from './features/contact-presence.js'
export type {
  BefriendOptions,
  ContactDetails,
  ContactsFeature,
  RepairOptions,
  Standing,
} from './features/contacts.js'
export type { Conversation, ConversationMessage, ConversationState } from './features/conversation.js'
export {
  conversations,
  type ConversationsFeature,
  type ConversationsOptions,
} from './features/conversations.js'
export type { Delivery, DeliveryStatus } from './features/delivery.js'
export {
  discovery,
  type DiscoveryFeature,
  type InfoOptions,
  type ItemsOptions,
  type SelfDescription,
} from './features/discovery.js'
export type { EntityInfo } from './features/entity-info.js'
export type { FeatureAccount, FeatureHost, FeatureMemory, MakeAccount } from './features/feature-host.js'
export type { Restoration } from './features/memory.js'
export type { BouncedMessage } from './features/messages.js'
export { messageStyling, type MessageStylingFeature } from './features/message-styling.js'
export {
  muc,
  type MucFeature,
  type MucOptions,
  type RoomDecline,
  type RoomInvitation,
} from './features/muc.js'
export type { Occupant, OccupantChange } from './features/occupants.js'
export { receipts, type ReceiptsFeature } from './features/receipts.js'
export { RegistrationError } from './features/registration-error.js'
export { UnconfirmedError } from './features/unconfirmed-error.js'
export {
  richText,
  type RichMessageInput,
  type RichTextFeature,
  type RichTextOptions,
} from './features/rich-text.js'
export type {
  JoinOptions,
  ReasonOptions,
  Room,
  RoomConfiguration,
  RoomMessage,
  RoomMessageInput,
  RoomSubject,
} from './features/room.js'
export type { RoomState } from './features/room-state.js'
export type { Contacts } from './features/roster.js'
export type { CertificateVerifier, SessionSecurity } from './features/security.js'
export type { SubscriptionRequest, SubscriptionRequests } from './features/subscriptions.js'
export { vcards, type VCardOptions, type VCardsFeature } from './features/vcards.js'
export type { ArchivedMessage } from './features/timeline.js'
export type {
  BrokenCrossing,
  CloseCrossing,
  Crossing,
  ElementCrossing,
  OpenCrossing,
  ReadCrossing,
} from './router/crossing.js'
export { sessionIn, type SessionStore } from './session-in.js'
export type { RequestOptions } from './router/requests.js'
export type { RequestHandler } from './router/stanza-bus.js'
export type { XmlStreamOptions } from './router/xml-stream.js'
export type { ScramKeyCache } from './sasl/scram-key-cache.js'
export { keysIn } from './sasl/scram-key-store.js'
export type { CertificateDetails, Transport } from './transport/transport.js'
export type { Diagnosis, Repair } from '../machines/subscription-doctor.js'
export type { ConversationTimeouts } from '../machines/conversation.js'
export type { RoomExit, RoomExitKind, RoomTimeouts, SelfFacts } from '../machines/room-context.js'
export type { RegistrationFacts, RegistrationReason, RegistrationRefusal } from '../machines/registration.js'
export type { Timeouts } from '../machines/timeouts.js'
export { fromUnstorage, type Json, type Store, type StoredRecord, type UnstorageLike } from './store/store.js'
export type { ChatState } from './stanza/chat-state.js'
export type { DataField, DataFieldOption, DataFieldType, DataForm, DataFormType } from './stanza/data-form.js'
export type { DiscoIdentity, DiscoItem } from './stanza/disco.js'
export type { Image, ImageType } from './stanza/image.js'
export type { EntityTime } from './stanza/entity-time.js'
export type { RegistrationAnswers, RegistrationForm } from './stanza/registration.js'
export { parseInvitation, type Invitation, type IssuedInvitation } from './stanza/invitation.js'
export { escapeLocal, unescapeLocal } from './stanza/jid-escaping.js'
export { Jid, parseJid, tryParseJid, type JidInput } from './stanza/jid.js'
export type { Iq, IqResult } from './stanza/iq.js'
export type { LastActivity } from './stanza/last-activity.js'
export { pickText, type LanguageText } from './stanza/language-text.js'
export type { Message, MessageInput, MessageType, Thread } from './stanza/message.js'
export {
  parseStyling,
  toUnstyledElement,
  type StyledBlock,
  type StyledSpan,
} from './stanza/message-styling.js'
export type { RoomActor, RoomAffiliation, RoomHistory, RoomItem, RoomRole } from './stanza/muc.js'
export type { Presence, PresenceInput, PresenceType, Show } from './stanza/presence.js'
export { toDom, type PageDocument, type PageElementLike } from './stanza/rich-text-dom.js'
export type { RichElementName } from './stanza/rich-text-profile.js'
export {
  readRichTexts,
  rich,
  toRichTextElement,
  type NamedImage,
  type RichAttributes,
  type RichText,
} from './stanza/rich-text.js'
export type { RosterItem } from './stanza/roster.js'
export { toRichNodes } from './stanza/styled-rich-text.js'
export type { SoftwareVersion } from './stanza/version.js'
export type {
  Organization,
  PersonName,
  PostalAddress,
  VCard,
  VCardChanges,
  VCardEmail,
  VCardKinds,
  VCardPhone,
} from './stanza/vcard.js'
export {
  xml,
  XmlElement,
  type AttributeLists,
  type AttributeName,
  type XmlAttribute,
  type XmlNode,
} from './xml/element.js'
export * as ns from './xml/namespaces.js'
