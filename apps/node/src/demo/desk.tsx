import { writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { assets, isLanguage, type Language, negotiateLanguage } from '@joinery/ui';
import { inWords } from '../run-server.ts';
import { type Acts, createActs } from './acts.ts';
import { agencies, deskFile, type PersonKey, people } from './content.ts';
import { type DeskState, renderDesk } from './desk-page.tsx';
import type { Figures } from './figures.ts';
import { messages } from './messages.ts';
import { onShow } from './on-show.ts';
import type { DemoProcess } from './processes.ts';
import { sightsOf } from './sights.ts';
import type { Cast, DemoNodes } from './story.ts';

const host = '127.0.0.1';
const longestName = 20;
const longestBody = 100;

/**
 * A page for who watches the demo: sign-in by one click for each role, what passes between the nodes, who keeps what, and things to make happen. Listens on this
 * machine alone, and takes changes from its own page and the command line only.
 * @returns its address
 */
export async function openDesk(demo: {
  nodes: DemoNodes<DemoProcess>;
  cast: Cast;
  port: number;
  folder: string;
}): Promise<string> {
  const { nodes, cast, port, folder } = demo;
  const acts = createActs(nodes, cast);
  const origin = `http://localhost:${port}`;
  const files = assets();
  let told: DeskState['told'] = null;
  let busy: Promise<unknown> = Promise.resolve();

  /** One after the other: who clicks twice does not stop a node while it starts. */
  const act = (name: keyof Acts) => {
    const done = busy.then(async () => {
      const outcome = await acts[name]().catch((error) => ({
        ok: false,
        words: { en: inWords(error), nl: inWords(error) },
      }));
      told = { knocks: [], ...outcome };
      return told;
    });
    busy = done;
    return done;
  };
  /** Where somebody signs in; back here with what is wrong when their node does not run. */
  const link = async (key: PersonKey) => {
    const { place } = people[key];
    if (!nodes[place].isRunning()) {
      const said = { agency: agencies[place].name };
      const words = { en: messages('en')('stoppedFirst', said), nl: messages('nl')('stoppedFirst', said) };
      told = { ok: false, words, knocks: [] };
      return '/#told';
    }
    const [address = ''] = await nodes[people[key].place].perform([{ do: 'link', person: cast.people[key] }]);
    return address;
  };
  const page = async (language: Language) => {
    const figures = await Promise.all(
      Object.values(nodes).map(async (node) => {
        if (!node.isRunning()) return null;
        const [text] = await node.perform([{ do: 'figures' }]).catch(() => []);
        return text === undefined ? null : (JSON.parse(text) as Figures);
      }),
    );
    const shown = await onShow(nodes, cast);
    const sights = sightsOf(nodes, cast);
    return renderDesk({ nodes: Object.values(nodes), figures, shown, sights, told, files, language });
  };

  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    const { pathname } = new URL(url, origin);
    const answer = (status: number, type: string, body: string | Uint8Array, more: Record<string, string> = {}) => {
      response.writeHead(status, {
        'content-type': type,
        'content-security-policy':
          "default-src 'none'; style-src 'self'; font-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self' http://localhost:*; base-uri 'none'; frame-ancestors 'none'",
        // Without it a browser would say of our own forms too that they come from nowhere.
        'referrer-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        ...more,
      });
      response.end(body);
    };
    try {
      // Another name for this machine would let pages of others in (DNS rebinding).
      if (headers.host !== `localhost:${port}` && headers.host !== `${host}:${port}`)
        return answer(421, 'text/plain', 'Not here');
      const file = files.files.get(pathname);
      if (method === 'GET' && file) return answer(200, file.type, file.body, { 'cache-control': 'max-age=3600' });
      if (method === 'GET' && pathname === '/desk.js') return answer(200, 'text/javascript', script);
      if (method === 'GET' && pathname === '/')
        return answer(200, 'text/html; charset=utf-8', await page(languageOf(headers)));
      if (method !== 'POST') return answer(404, 'text/plain', 'There is nothing here');
      if (headers.origin !== undefined && headers.origin !== origin) return answer(403, 'text/plain', 'Not from there');
      const [, what = '', name = ''] = pathname.slice(0, longestName * 2).split('/');
      if (what === 'language') {
        const chosen = new URLSearchParams(await bodyOf(request)).get('language');
        const cookie = `${languageCookie}=${isLanguage(chosen) ? chosen : 'en'}; Path=/; SameSite=Strict; HttpOnly`;
        return answer(303, 'text/plain', '', { location: '/', 'set-cookie': cookie });
      }
      if (what === 'sign-in' && Object.hasOwn(people, name))
        return answer(303, 'text/plain', '', { location: await link(name as PersonKey) });
      if (what === 'do' && Object.hasOwn(acts, name)) {
        const outcome = await act(name as keyof Acts);
        if (headers.accept === 'application/json')
          return answer(200, 'application/json', JSON.stringify({ ...outcome, words: outcome.words.en }));
        return answer(303, 'text/plain', '', { location: '/#told' });
      }
      return answer(404, 'text/plain', 'There is nothing here');
    } catch (error) {
      answer(500, 'text/plain; charset=utf-8', inWords(error));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  server.unref();
  writeFileSync(join(folder, deskFile), JSON.stringify({ address: origin }), { mode: 0o600 });
  return origin;
}

const languageCookie = 'desk-language';

/** As chosen here, otherwise as the browser asks for. */
function languageOf(headers: IncomingHttpHeaders): Language {
  const [, chosen] = new RegExp(`(?:^|; )${languageCookie}=(\\w+)`).exec(headers.cookie ?? '') ?? [];
  return isLanguage(chosen) ? chosen : negotiateLanguage(headers['accept-language']);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request.setEncoding('utf8')) body = `${body}${part}`.slice(0, longestBody);
  return body;
}

/** Brings what changes, every two seconds, unless the page is not looked at or something in it has the focus. */
const script = `const live = () => document.getElementById('live');
setInterval(async () => {
  if (document.hidden || live().contains(document.activeElement)) return;
  const answer = await fetch('/').catch(() => null);
  if (!answer?.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('live');
  if (next && next.innerHTML !== live().innerHTML) live().replaceWith(next);
}, 2000);
`;
