const shelf = 'xmpp-machines.token'

/** The token that the address brought, or that this tab had before; it does not stay in the address bar. */
export function takeToken(): string | undefined {
  const address = new URL(location.href)
  const brought = address.searchParams.get('token')
  if (brought === null) return kept()
  address.searchParams.delete('token')
  try {
    history.replaceState(history.state, '', address)
    sessionStorage.setItem(shelf, brought)
  } catch {
    // Where the tab keeps nothing, a reload needs the address anew.
  }
  return brought
}

function kept(): string | undefined {
  try {
    return sessionStorage.getItem(shelf) ?? undefined
  } catch {
    return undefined
  }
}
