import type { FactLine } from '../facts.js'

/** Names and what stands under them; what has changed is shown with what it was. */
export function FactTable({ lines }: { readonly lines: readonly FactLine[] }) {
  return (
    <dl class="facts">
      {lines.map(({ path, value, before }) => (
        <div key={path} class={before === undefined ? '' : 'changed'}>
          <dt>
            <bdi>
              {path.split(/(?<=\.)/).map((part) => (
                <>
                  {part}
                  <wbr />
                </>
              ))}
            </bdi>
          </dt>
          <dd>
            {before !== undefined && (
              <del>
                <span class="unseen">it was </span>
                <bdi>{before}</bdi>
              </del>
            )}
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  )
}
