// The address under which somebody else finds what this visitor sees.

function shared(link, hub, launch) {
  const url = new URL(link);
  if (!hub || !url.pathname.startsWith(hub)) return link;
  // Below /user/NAME/ only NAME may look: JupyterHub sends everybody to a server of their own instead.
  const rest = url.pathname.slice(hub.length) + url.search;
  if (launch) return `${launch}?urlpath=${encodeURIComponent(rest)}`;
  return `${url.origin}${hub.replace(/user\/.*$/, "")}hub/user-redirect/${rest}`;
}
