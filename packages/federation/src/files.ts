import { nodeActor, originOf, type RemoteFiles } from '@joinery/core';
import { actorTokenHeader } from './actor-token.ts';
import type { Bridge } from './bridge.ts';
import type { PeersDoor } from './door.ts';
import { signRequest } from './signatures.ts';

/** Bytes of files that lie at other nodes, asked for with this node's signature (RFC 9421). */
export function createRemoteFiles(
  bridge: Pick<Bridge, 'context' | 'keys'>,
  door: Pick<PeersDoor, 'fetchFile'>,
): RemoteFiles {
  return {
    async read(uri, range, group) {
      const { context, keys } = bridge;
      const key = await keys.find(context.db.reader, nodeActor(context.config.origin), 'rsa');
      if (!key) throw new Error('The node has no key yet: it is made at first start');
      const maximumBytes = range.end + 1 - range.start;
      // The group's own node knows who is in it.
      const needsToken = group !== null && originOf(group) !== originOf(uri);
      const token = needsToken ? await context.ports.closedGroups.token(group) : null;
      if (needsToken && token === null)
        return { ok: false, away: true, asked: true, detail: 'The node of the group gives no token at the moment' };
      const fetchWith = async (proof: string | null) => {
        const headers = {
          ...(proof === null ? {} : actorTokenHeader(proof)),
          accept: '*/*',
          range: `bytes=${range.start}-${range.end}`,
        };
        const request = { method: 'GET', url: uri, headers, body: null, key, form: 'rfc9421' } as const;
        const signed = await signRequest({ ...request, now: context.clock.now() });
        return door.fetchFile(uri, { purpose: 'file', headers: { ...headers, ...signed }, maximumBytes });
      };
      let answer = await fetchWith(token);
      if (!answer.ok && mayNeedOther(answer.status) && group !== null && token !== null) {
        const other = await context.ports.closedGroups.token(group, token);
        if (other !== null) answer = await fetchWith(other);
      }
      if (!answer.ok) {
        const away = answer.retryable && !isRefusal(answer.status);
        return { ok: false, away, asked: away || answer.status !== undefined, detail: answer.detail };
      }
      // A whole file where a part was asked for would be another file from the first byte on.
      const isPart = answer.status === 206 || range.start === 0;
      return isPart
        ? { ok: true, body: answer.body }
        : {
            ok: false,
            away: false,
            asked: true,
            detail: `${new URL(uri).host} answers with the whole file instead of a part`,
          };
    },
    async awaySince(db, origin) {
      const peer = await db
        .selectFrom('peer')
        .select('failing_since')
        .where('origin', '=', originOf(origin) ?? origin)
        .executeTakeFirst();
      return peer?.failing_since ?? null;
    },
  };
}

/** Another token may open it. What is gone, or shorter than what was asked for, no token opens. */
const mayNeedOther = (status: number | undefined): boolean => isRefusal(status) && status !== 410 && status !== 416;

/** It answers, and says no. */
const isRefusal = (status: number | undefined): boolean => status !== undefined && status < 500 && status !== 429;
