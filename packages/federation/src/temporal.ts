import { Temporal } from '@js-temporal/polyfill';

// Fedify expects it, Node 24 does not have it. Imported before Fedify.
Object.assign(globalThis, { Temporal: (globalThis as { Temporal?: unknown }).Temporal ?? Temporal });
