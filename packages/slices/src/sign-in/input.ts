import { originOf } from '@joinery/core';
import { z } from 'zod';

const line = (longest: number) =>
  z
    .string()
    .trim()
    .max(longest)
    .regex(/^[^\p{Cc}<>]*$/u);
const flagless = z
  .string()
  .trim()
  .max(200)
  .regex(/^[\w .,:/*-]*$/);

/** Pasted with or without the path of the description. */
const issuer = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .transform((text) => text.replace(/\/\.well-known\/openid-configuration$/, ''))
  .refine((text) => /^https?:\/\//.test(text) && originOf(text) !== null && !/[?#\s]/.test(text), 'bad_format');

/** A provider to begin with: what kind, how it is called, where it is. */
export const newProviderInput = z.object({
  kind: z.enum(['entra', 'keycloak', 'other']),
  name: line(80).min(1),
  issuer,
});
export type NewProviderInput = z.infer<typeof newProviderInput>;

const claims = flagless.default('');

/** Everything else about it. */
export const providerInput = z.object({
  name: line(80).min(1),
  clientId: line(300).min(1),
  /** Empty keeps the one that is there. */
  clientSecret: z.string().trim().max(1_000).default(''),
  scope: z
    .string()
    .trim()
    .max(300)
    .regex(/^[\x21\x23-\x5b\x5d-\x7e ]+$/)
    .refine((text) => text.split(' ').includes('openid'), 'bad_format'),
  admits: z.enum(['everybody', 'linked']),
  claimName: claims,
  claimEmail: claims,
  claimRole: claims,
  claimLanguage: claims,
  claimGroups: claims,
  administrators: z.string().trim().max(2_000).default(''),
  officers: z.string().trim().max(2_000).default(''),
});
export type ProviderInput = z.infer<typeof providerInput>;
