/** What is written, in Dutch, in the closed group "Dilemma's aan het loket" of Gemeente Zandhoven: elsewhere it is read live and never kept. */
export const dilemmas = `
== Waarom dit alleen live te lezen is
sanne; 210; pinned; likes joris anneke
Hier leggen we dilemma's aan elkaar voor, zonder dat er bij een ander een kopie blijft liggen. Valt het knooppunt van de schrijver weg, dan is het bericht er even niet. Dat is de bedoeling.
-- anneke
Prettig. Bij ons leest de directie mee in bijna alles; hier niet.

== Een inwoner die elke dag komt
fatima; 96; likes joris
Hij komt elke ochtend, heeft geen vraag en wil praten. De rij erachter moppert. Wij vinden het allebei: hij hoort hier, en zo kan het niet.
-- joris; likes fatima anneke
Bij ons zet een vrijwilliger om elf uur koffie bij de bibliotheek, twee deuren verder. Wij lopen de eerste keer mee. Na een maand kwam hij alleen nog als hij echt iets nodig had.

== Mag je zeggen dat je het zelf ook geen goed besluit vindt?
joris; 30
Aan het loket kreeg ik de vraag wat ik er zelf van vond. Ik zei dat ik het eerlijk gezegd ook niet had besloten. Mijn teamleider was er niet blij mee.
-- anneke
Wij oefenen op: "Ik snap dat dit voor u geen goed bericht is. Ik kan u uitleggen hoe het besluit tot stand kwam, en wat u kunt doen." Dan zeg je wat waar is, zonder te kiezen.
-- sanne
Die neem ik over.
`;
