/** What is written in the closed group "Tenancy fraud: joint cases" of the department: each text stays with the agency of who wrote it. */
export const fraud = `
== What this group is for, and what never goes in it
margaret; 300; pinned; likes tom grace ruth
Four agencies compare notes here about homes that are not lived in by the tenant: sublet, left empty, or let for holidays. What you write stays at your own agency; the others read it there.

No names of tenants, no addresses, no case numbers. If a case needs those, phone.
-- ruth
Thank you for having us in. We are the only landlord here without a legal team, so expect simple questions.

== Key safes on balconies: is that enough to start?
grace; 231; likes ruth
A caretaker counted nine key safes on one block, with suitcases most weekends. Our solicitor says a key safe proves nothing. What do you look for next?
-- ruth; answer; likes grace tom
Cleaning firms. Ask the caretaker which van comes on Sunday afternoons. Two of ours led to one company that serviced fourteen flats.
-- tom
And write down dates from the first day. A diary of six weeks was what the court believed.

== Data matching with the electricity supplier
tom; 188
The new agreement lets us ask for homes with almost no use over six months. We may only ask by block, never by household. I have put the wording in the library of the other group, without the annex.
-- grace
Of 640 homes, eleven had no use. Seven were people in hospital or in care. Please go and look before you write a letter.

== A tenant who cares for her mother elsewhere
ruth; 120; likes margaret grace
She sleeps at her mother's five nights a week and her son lives in our flat. Is that subletting?
-- margaret; answer
No, as long as it is her only home and her things are there. Ask her, kindly, how long it will last. Two of us have a letter for exactly this.
-- grace
Ours is one page and opens with "You have done nothing wrong".

== Holiday platforms: who answers within a week?
sanne; 64; nl; likes grace
Twee van de vier platforms reageren bij ons binnen een week, mits de brief een wetsartikel noemt. Bij de andere twee wachten we al drie maanden. Hoe is dat bij jullie?
-- ruth
The same two answer us. One of the others replied after we wrote to its office in Dublin rather than to the form.

== An amnesty month: worth it?
grace; 12
We think of a month in which keys can be handed in without questions. The papers will call it soft. Has anybody tried?
-- ruth
In 2023: 31 keys for 5,200 homes, and not one angry letter. I can send you the poster.
`;
