import type { Context } from '@joinery/core';
import { transact } from '@joinery/core';
import { addProvider, changeProvider, noteTried, setLive } from '../../packages/slices/src/sign-in/providers.ts';
import type { IdentityProvider } from './identity-provider.ts';

const by = { kind: 'command', by: 'test' } as const;

/** Offers an identity provider on the sign-in page of a node, as its administrator does: whoever it lets through gets an account. */
export async function offerProvider(
  context: Context,
  provider: IdentityProvider & { register: (addresses: { redirect: string; logout: string }) => void },
  name: string,
): Promise<void> {
  const { issuer, clientId, clientSecret } = provider;
  const { id, scope } = await addProvider(context, by, { kind: 'keycloak', name, issuer });
  const claims = { claimName: 'name', claimEmail: 'email', claimRole: '', claimLanguage: '', claimGroups: '' };
  const roles = { administrators: '', officers: '' };
  const settings = { name, clientId, clientSecret, scope, admits: 'everybody' as const, ...claims, ...roles };
  await transact(context, by, async (work) => {
    await changeProvider(work, id, settings);
    await noteTried(work, id);
    await setLive(work, id, true);
  });
  const base = `${context.config.origin}/sign-in/with/${id}`;
  provider.register({ redirect: `${base}/answer`, logout: `${base}/logout` });
}
