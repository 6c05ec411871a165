import { Actor, type AnyActorRef } from 'xstate'

const nothing = {}

/**
 * Lets go of what a running actor was made with, unless it is a restored one. XState reads it once, when the actor starts, and
 * keeps it: 450 bytes for each, since an object that two others are spread into has a hidden class of its own.
 */
export function forgetOptions(actor: AnyActorRef): void {
  if (actor instanceof Actor && actor.options.snapshot === undefined) actor.options = nothing
}
