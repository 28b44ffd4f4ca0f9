import { describeEveryPage } from './every-page-look.ts';

describeEveryPage('narrow Dutch');
