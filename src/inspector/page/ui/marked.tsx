import { search } from '../model/signals.js'

/** More marks than anybody looks at are not drawn. */
const limit = 50

/** A text, with what is searched for marked in it. */
export function Marked({ text }: { readonly text: string }) {
  const wanted = search.value.toLowerCase()
  if (wanted === '') return <>{text}</>
  const lower = text.toLowerCase()
  const places: number[] = []
  for (let at = lower.indexOf(wanted); at >= 0 && places.length < limit;) {
    places.push(at)
    at = lower.indexOf(wanted, at + wanted.length)
  }
  const end = (place: number | undefined): number => (place === undefined ? 0 : place + wanted.length)
  return (
    <>
      {places.map((place, index) => (
        <>
          {text.slice(end(places[index - 1]), place)}
          <mark>{text.slice(place, end(place))}</mark>
        </>
      ))}
      {text.slice(end(places.at(-1)))}
    </>
  )
}
