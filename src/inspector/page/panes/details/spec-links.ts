/** A piece of `meta.spec`: a section that can be read, or the words between. */
export interface SpecPiece {
  readonly text: string
  readonly href: string | undefined
}

/** `RFC 6120 §6.4, XEP-0198 §5` in pieces, each section with its address. */
export function toSpecPieces(spec: string): readonly SpecPiece[] {
  let document: string | undefined
  return spec.split(/(RFC \d{1,5}(?: §[\w.]+)?|XEP-\d{4}(?: §[\w.]+)?|§[\w.]+)/).flatMap((text) => {
    if (text === '') return []
    const { 1: rfc, 2: xep, 3: section } = /^(?:RFC (\d+)|XEP-(\d+))? ?(?:§([\w.]+))?$/.exec(text) ?? []
    if (rfc !== undefined) document = `https://www.rfc-editor.org/rfc/rfc${rfc}`
    if (xep !== undefined) document = `https://xmpp.org/extensions/xep-${xep}.html`
    const isNamed = rfc !== undefined || xep !== undefined || section !== undefined
    return [
      {
        text,
        href: isNamed && document !== undefined ? `${document}${anchor(document, section)}` : undefined,
      },
    ]
  })
}

/** XEPs name their sections by words, which `meta.spec` does not tell. */
function anchor(document: string, section: string | undefined): string {
  if (section === undefined || !document.includes('/rfc')) return ''
  return /^[A-Z]/.test(section) ? `#appendix-${section}` : `#section-${section}`
}
