import { assign } from 'xstate'
import type { SaslFailureCondition, StanzaErrorCondition } from '../src/errors.js'
import type {
  AccountRequest,
  AccountVerdict,
  BindVerdict,
  ManagementWish,
  ResumptionVerdict,
  SaslVerdict,
  ServedChannelFacts,
  ServedFault,
  ServedHeaderFacts,
  ServedSessionContext,
  ServedSessionEvent,
  ServedSessionInput,
  ServedSessionOutput,
} from './served-facts.js'
import { setup } from './setup.js'
import { deed } from './stub.js'

/** The header that was received, as guards and actions get it. */
export interface HeaderParams {
  readonly header: ServedHeaderFacts
}

/** What is known of an earlier session, as guards and actions get it. */
export interface ResumptionParams {
  readonly verdict: ResumptionVerdict
}

/** What a served session does, asks and waits for, by name. */
export const servedSession = setup({
  types: {} as {
    context: ServedSessionContext
    input: ServedSessionInput
    events: ServedSessionEvent
    output: ServedSessionOutput
  },
  actors: {
    secureChannel: deed<ServedChannelFacts>(),
    verifyResponse: deed<SaslVerdict, { readonly mechanism: string }>(),
    serveAccount: deed<AccountVerdict, { readonly request: AccountRequest }>(),
    bindResource: deed<BindVerdict, { readonly username: string }>(),
  },
  actions: {
    sendHeader: () => {},
    sendFeatures: () => {},
    sendProceed: () => {},
    sendTlsFailure: () => {},
    sendChallenge: () => {},
    sendSuccess: () => {},
    sendSaslFailure: (_args, _params: { readonly condition: SaslFailureCondition }) => {},
    sendAccountAnswer: () => {},
    sendBound: () => {},
    sendBindError: (_args, _params: { readonly condition: StanzaErrorCondition }) => {},
    sendEnabled: (_args, _params: { readonly wish: ManagementWish }) => {},
    sendManagementRefusal: (_args, _params: { readonly condition: StanzaErrorCondition }) => {},
    sendResumptionRefusal: (_args, _params: ResumptionParams) => {},
    takeSessionOver: () => {},
    sendResumed: () => {},
    leaveTransport: () => {},
    sendFault: () => {},
    closeStream: () => {},
    closeTransport: () => {},
    destroyTransport: () => {},
    restartStream: () => {},
    announceSession: () => {},
    withdrawSession: () => {},
    keepChannel: assign((_, params: { readonly channel: ServedChannelFacts }) => ({
      channel: params.channel,
    })),
    keepMechanism: assign((_, params: { readonly mechanism: string }) => ({ mechanism: params.mechanism })),
    keepUsername: assign((_, params: { readonly verdict: SaslVerdict }) => ({
      username: params.verdict.kind === 'accepted' ? params.verdict.username : undefined,
    })),
    keepRequest: assign((_, { request }: { readonly request: AccountRequest }) => ({ request })),
    keepIdentity: assign(({ context }, { verdict }: { readonly verdict: AccountVerdict }) =>
      verdict.kind === 'identified'
        ? { username: verdict.username, resource: verdict.resource }
        : { username: context.username },
    ),
    keepResource: assign((_, params: { readonly verdict: BindVerdict }) => ({
      resource: params.verdict.kind === 'bound' ? params.verdict.resource : undefined,
    })),
    keepPatience: assign(({ context }, { wish }: { readonly wish: ManagementWish }) => ({
      patienceMs: Math.min(wish.patienceMs ?? Infinity, context.timeouts.resumptionMs),
    })),
    keepResumed: assign(({ context }, { verdict }: ResumptionParams) =>
      verdict.kind === 'resumable'
        ? { resource: verdict.resource, patienceMs: verdict.patienceMs }
        : { resource: context.resource },
    ),
    noteOvercount: assign((_, { verdict }: ResumptionParams) => ({
      fault: verdict.kind === 'overcounted' ? verdict.fault : undefined,
    })),
    countAttempt: assign(({ context }) => ({ attempts: context.attempts - 1 })),
    noteFault: assign((_, fault: ServedFault) => ({
      fault: { condition: fault.condition, text: fault.text, overcount: fault.overcount },
    })),
  },
  guards: {
    isUnsupportedVersion: ({ context }, { header }: HeaderParams) =>
      !context.isBeforeVersionOne && !/^[1-9]\d{0,8}\.\d{1,9}$/.test(header.version ?? ''),
    isUnaddressed: (_, { header }: HeaderParams) => header.to === undefined,
    isForeignHost: ({ context }, { header }: HeaderParams) => header.to !== context.domain,
    isAuthenticated: ({ context }) => context.username !== undefined,
    hasStartTls: ({ context }) => context.channel.startTls,
    isEncryptionMissing: ({ context }) => !context.channel.secure && context.channel.mechanisms.length === 0,
    hasMechanism: ({ context }, params: { readonly mechanism: string }) =>
      context.channel.mechanisms.includes(params.mechanism),
    mayRequest: ({ context }, { request }: { readonly request: AccountRequest }) =>
      context.channel.accountRequests.includes(request),
    isIdentified: (_, { verdict }: { readonly verdict: AccountVerdict }) => verdict.kind === 'identified',
    isAnswered: (_, { verdict }: { readonly verdict: AccountVerdict }) => verdict.kind === 'answered',
    isChallenged: (_, params: { readonly verdict: SaslVerdict }) => params.verdict.kind === 'challenged',
    isAccepted: (_, params: { readonly verdict: SaslVerdict }) => params.verdict.kind === 'accepted',
    isBound: (_, params: { readonly verdict: BindVerdict }) => params.verdict.kind === 'bound',
    isResumable: (_, { verdict }: ResumptionParams) => verdict.kind === 'resumable',
    isOvercounted: (_, { verdict }: ResumptionParams) => verdict.kind === 'overcounted',
    isToBeResumed: (_, params: { readonly wish: ManagementWish }) => params.wish.resume,
    isLastAttempt: ({ context }) => context.attempts <= 1,
  },
  delays: {
    negotiationTimeout: ({ context }) => context.timeouts.negotiationMs,
    tlsTimeout: ({ context }) => context.timeouts.tlsMs,
    saslTimeout: ({ context }) => context.timeouts.saslMs,
    resumptionTimeout: ({ context }) => context.patienceMs,
    closeTimeout: ({ context }) => context.timeouts.closeMs,
  },
})
