/** What is the case where a guard refuses, by chart: for people who ask why not. Guards whose name says it are not here. */
const reasons: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  archive: {
    isAnchored: 'no message is known after which to go on',
    isComplete: 'the archive has more pages',
    isForgotten: 'the archive still knows the message to go on from, or failed for another reason',
  },
  authentication: {
    isExhausted: 'there is a mechanism that was not tried yet',
    isChallenge: 'the server did not send a challenge',
    isSuccess: 'the server did not say that this was all',
    mayTryNext: 'another mechanism would fail for the same reason, or there is none',
  },
  befriending: {
    needsNoListing: 'the contact is to be in the list first',
    isInterrupted: 'it failed for another reason than a lost connection',
    isApproved: 'no request of theirs was approved ahead',
    isAsked: 'our request does not wait for an answer',
    seesThem: 'their presence does not come to us yet',
    isSeen: 'our presence does not go to them yet',
    isMutual: 'presence does not go both ways yet',
    hasAsked: 'they have not asked',
    wasAsked: 'we have not asked before',
    mayPreApprove: 'the server knows no approval ahead, or has it already',
  },
  binding: {
    mayResume: 'there is no session to go on with',
    isResumed: 'the server did not resume the session',
    hasNoBind: 'the server offers resource binding',
    isBound: 'the server bound no resource',
    mayDropResource: 'the resource is not in conflict, or none was asked for',
    isSessionRequired: 'the server needs no session request',
  },
  connection: {
    hasNoEndpoints: 'the app has said where to connect to',
    isExhausted: 'there is an address that was not tried yet',
    isRedirected: 'the server did not send us elsewhere',
    isSecure: 'the connection is not encrypted yet',
    hasStartTls: 'the server does not offer STARTTLS here',
    mayStayPlain: 'the app does not accept an unencrypted connection',
    mayAskForTls: 'STARTTLS cannot be asked for on such a stream',
    isBeforeVersionOne: 'the server speaks XMPP 1.0',
    isOtherVersion: 'the server speaks a version that we understand',
  },
  liveness: { isSilent: 'something has come from the server meanwhile' },
  presence: {
    isWanted: 'the app wants no presence to be sent by itself',
    isUnknownToServer: 'the server knows how to hide us, and failed for another reason',
  },
  roster: { isWanted: 'the app wants no contact list so far' },
  session: {
    isClosing: 'the session is not being closed',
    isReady: 'no endpoint led to a usable stream',
    isAuthenticated: 'the login has failed',
    isBound: 'no new session was bound',
    isResumed: 'the session of before was not resumed',
    isTakenOver: 'it is no session of an earlier process',
    isUnread: 'there is nothing to restore, or it was restored already',
    hasLeft: 'no earlier process has left a session',
    isSuspended: 'the server keeps no session that could be resumed',
  },
  streamManagement: {
    isOffered: 'the server does not offer stream management, or the app does not want it',
    isEnabled: 'the server did not enable it',
    isResumable: 'the session cannot be resumed',
    isSilent: 'an acknowledgement came meanwhile',
  },
}

/** By the id of the chart, a blank and the name of the guard. */
export const guardReasons: ReadonlyMap<string, string> = new Map(
  Object.entries(reasons).flatMap(([chart, guards]) =>
    Object.entries(guards).map(([guard, reason]) => [`${chart} ${guard}`, reason] as const),
  ),
)
