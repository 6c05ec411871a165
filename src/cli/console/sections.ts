import { streamErrorConditions, type StreamErrorCondition } from '../../errors.js'

/** The condition with the section that defines it: the RFC lists them in alphabetical order. @see RFC 6120 §4.9.3 */
export function toSection(condition: StreamErrorCondition): string {
  return `${condition}, RFC 6120 §4.9.3.${streamErrorConditions.indexOf(condition) + 1}`
}
