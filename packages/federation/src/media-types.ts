const profile = /^profile="?https:\/\/www\.w3\.org\/ns\/activitystreams"?$/i;

/**
 * Whether a Content-Type says ActivityStreams: `application/activity+json`, or `application/ld+json` with the profile
 * (ActivityPub §3.2, §7). Nothing else, since uploads and pages must never be taken for actors.
 */
export function isActivityType(contentType: string | null | undefined): boolean {
  const { type, parameters } = split(contentType);
  return (
    type === 'application/activity+json' ||
    (type === 'application/ld+json' && parameters.some((text) => profile.test(text)))
  );
}

/** Whether a Content-Type is one of these, whatever its parameters. */
export function isMediaType(contentType: string | null | undefined, types: readonly string[]): boolean {
  return types.includes(split(contentType).type);
}

function split(contentType: string | null | undefined): { type: string; parameters: string[] } {
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim());
  return { type: type.toLowerCase(), parameters };
}

/** Whether a Content-Encoding leaves the body as it is. */
export function isIdentityEncoding(contentEncoding: string | null | undefined): boolean {
  return contentEncoding == null || contentEncoding === '' || contentEncoding.toLowerCase() === 'identity';
}
