import type { FileHolder } from '@joinery/core';
import { filesOfPosts } from '@joinery/slices/posts';

/** Files of earlier versions go by the same rules as that of the newest, which hangs on the post. */
export const fileHolders: FileHolder[] = [{ ...filesOfPosts, kind: 'library' }];
