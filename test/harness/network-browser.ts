import { cookieName } from '@joinery/core';

export type Visit = { url: URL; status: number; headers: Headers; html: string };

/** A browser without script that goes from host to host: follows redirects, keeps the cookies of each origin apart, sends forms. */
export type NetworkBrowser = {
  get: (url: string, options?: { follow?: boolean }) => Promise<Visit>;
  post: (url: string, fields?: Record<string, string>, options?: { follow?: boolean }) => Promise<Visit>;
  cookies: (origin: string) => Map<string, string>;
};

/** @param home origin of the node: paths are asked there, and forms carry its token */
export function createNetworkBrowser(home: string): NetworkBrowser {
  const jars = new Map<string, Map<string, string>>();
  const jar = (origin: string) => {
    const known = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, known);
    return known;
  };
  const ask = async (address: string, init: RequestInit, follow: boolean): Promise<Visit> => {
    let url = new URL(address, home);
    let next: RequestInit = init;
    for (let step = 0; step < 20; step += 1) {
      const cookies = jar(url.origin);
      const headers = new Headers(next.headers);
      headers.set('accept', 'text/html');
      if (cookies.size > 0) headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
      const answer = await fetch(url, { ...next, headers, redirect: 'manual' });
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '' || /max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name);
        else cookies.set(name, value);
      }
      const location = answer.headers.get('location');
      const html = await answer.text();
      if (location === null || !follow) return { url, status: answer.status, headers: answer.headers, html };
      url = new URL(location, url);
      next = {};
    }
    throw new Error('The redirects do not end');
  };
  return {
    cookies: jar,
    get: (url, { follow = true } = {}) => ask(url, {}, follow),
    post: async (path, fields = {}, { follow = true } = {}) => {
      const signedIn = jar(home).has(cookieName(home, 'session'));
      const page = await ask(signedIn ? '/profile' : '/sign-in', {}, true);
      const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
      const body = new URLSearchParams({ csrf, ...fields }).toString();
      const headers = { origin: home, 'content-type': 'application/x-www-form-urlencoded' };
      return ask(path, { method: 'POST', body, headers }, follow);
    },
  };
}
