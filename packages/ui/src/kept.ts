import type { KeptForm } from '@joinery/core';
import { createContext } from 'hono/jsx';

/** What the visitor had typed when their session ended: the form of the same address shows it again. */
export const KeptForms = createContext<KeptForm | null>(null);

/** The fields of that form, within it. */
export const KeptFields = createContext<KeptForm['fields'] | null>(null);
