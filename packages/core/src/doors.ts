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

/**
 * The only ways out. `peers` reaches nodes on the allow-list and is implemented by the federation package; `mail` reaches the mail server of the
 * settings, and is null when there is none.
 */
export type Doors = {
  peers: {
    fetchDocument: (
      url: string,
      options: {
        purpose: string;
        headers?: Record<string, string>;
        accept?: 'activity' | 'jrd' | 'json';
        maximumBytes?: number;
        id?: string | null;
      },
    ) => Promise<DoorAnswer>;
    post: (
      url: string,
      options: { purpose: string; headers: Record<string, string>; body: string },
    ) => Promise<DoorAnswer>;
  };
  mail: MailDoor | null;
};
