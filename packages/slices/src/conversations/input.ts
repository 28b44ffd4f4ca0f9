import { attachmentsInput, contentInput, languageInput } from '@joinery/slices/posts';
import { z } from 'zod';

const longestSubject = 120;
const subject = z
  .string()
  .transform((text) => text.replace(/\s+/g, ' ').trim())
  .pipe(z.string().max(longestSubject));

/** What somebody writes in a conversation. */
export const messageInput = z.object({
  content: contentInput,
  language: languageInput.optional(),
  files: attachmentsInput.optional(),
});

/** The form of a new conversation; whom it is for is read apart, since it may need questions back. */
export const conversationForm = z.object({ subject: subject.optional(), content: contentInput });

/** A new conversation in the API. */
export const conversationInput = z.object({
  people: z
    .array(z.string().max(64))
    .min(1)
    .max(50)
    .describe('Local ids of the others, people of this node or of others with an agreement that covers closed groups'),
  subject: subject.optional(),
  content: contentInput,
  language: languageInput.optional(),
  files: attachmentsInput.optional(),
});

/** Somebody who is brought in. */
export const personInput = z.object({ person: z.string().max(64).describe('Local id of a person') });

/** What somebody says to being brought in from another node. */
export const requestInput = z.object({ state: z.enum(['accepted', 'ignored']) });
