import type { JsonObject } from './json.ts';
import type { MailDoor } from './mail.ts';

/** What came back through a door, as a value: the caller decides what a failure means. */
export type DoorAnswer =
  | { ok: true; status: number; headers: Record<string, string>; text: string; document?: JsonObject }
  | {
      ok: false;
      status?: number;
      code: string;
      retryable: boolean;
      detail: string;
      body?: JsonObject;
      /** Seconds after which the peer wants to be asked again (`Retry-After`, RFC 9110 §10.2.3). */
      retryAfter?: number;
    };

/** What a service answered, whatever its status, or why it was not asked. */
export type ServiceAnswer =
  | { ok: true; status: number; headers: Record<string, string>; text: string }
  | { ok: false; code: string; retryable: boolean; detail: string };

/** Why a door is used, kept with each connection. The page of what leaves has words for each. */
export type Purpose =
  | 'a person asked for this handle'
  | 'a person asked for this link'
  | 'after a restore: what is held of ours'
  | 'author of a post'
  | 'can a partner reach this node'
  | 'catching up'
  | 'comparing members'
  | 'comparing what both nodes have'
  | 'delivery'
  | 'file'
  | 'groups at other agencies'
  | 'history of a group'
  | 'identity provider: description'
  | 'identity provider: sign-in'
  | 'inbox of a node'
  | 'is it there'
  | 'item of a closed group'
  | 'key of a closed group'
  | 'key of a group'
  | 'key of an actor'
  | 'owner of a key'
  | 'proposal'
  | 'rehearsal'
  | 'replies of a topic'
  | 'token of a closed group'
  | 'who runs a group'
  | `needed by ${string}`;

/**
 * The only ways out. `peers` reaches nodes on the allow-list and is implemented by the federation package; `mail` reaches the mail server of the
 * settings, and is null when there is none; `services` reaches exactly the addresses that slices name (`Slice.services`), such as those of an
 * identity provider.
 */
export type Doors = {
  peers: {
    fetchDocument: (
      url: string,
      options: {
        purpose: Purpose;
        headers?: Record<string, string>;
        accept?: 'activity' | 'jrd' | 'json';
        maximumBytes?: number;
        id?: string | null;
        /** Over a connection of its own, for whoever asks where the way leads now. */
        fresh?: boolean;
      },
    ) => Promise<DoorAnswer>;
    post: (
      url: string,
      options: { purpose: Purpose; headers: Record<string, string>; body: string },
    ) => Promise<DoorAnswer>;
  };
  mail: MailDoor | null;
  services: {
    /** One request; redirects are not followed. Network: never inside a unit of work. */
    request: (
      url: string,
      options: {
        purpose: Purpose;
        method: 'GET' | 'POST';
        headers?: Record<string, string>;
        body?: string | null;
        maximumBytes?: number;
      },
    ) => Promise<ServiceAnswer>;
  };
};
