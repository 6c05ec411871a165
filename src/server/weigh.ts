import type { XmlElement } from '../xml/element.js'

/**
 * What an element takes of the server's memory, about: the UTF-16 units of what it says, and 64 for itself and for each element
 * in it. By the length of its XML, elements of four bytes would be twenty times as heavy as they look.
 */
export function weigh({ attributeValues, children }: XmlElement): number {
  let units = elementUnits
  for (const value of attributeValues) units += value.length
  for (const child of children) units += typeof child === 'string' ? child.length : weigh(child)
  return units
}

const elementUnits = 64
