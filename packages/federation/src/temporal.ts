import { Temporal } from '@js-temporal/polyfill';

// Fedify expects it, Node 24 does not have it. Imported before Fedify. A copy: its parts can be replaced, as those of a native one can, by a clock of a test.
Object.assign(globalThis, { Temporal: (globalThis as { Temporal?: unknown }).Temporal ?? { ...Temporal } });
