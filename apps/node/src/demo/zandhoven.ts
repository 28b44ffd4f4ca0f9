/** What is written, in Dutch, in the group "Dienstverlening: vragen en vondsten" of Gemeente Zandhoven. */
export const zandhoven = `
== Welkom: waar deze groep voor is
sanne; 400; pinned; likes joris fatima pieter anneke
Voor iedereen die aan een loket, een formulier of een brief werkt. Stel gerust een kleine vraag: juist daar hebben anderen ook last van.

Twee afspraken: geen gegevens van inwoners, en zeg het als iets niet gelukt is. Daar leren we het meest van.
-- anneke
Fijn dat ik vanuit het ministerie mee kan lezen. Ik vertaal graag wat in Engeland al bedacht is.

== Woo-verzoek van 14.000 e-mails: hoe baken je af?
joris; 384; likes sanne pieter
We kregen een verzoek om "alle communicatie" over de herinrichting van het Marktplein. Een eerste zoekslag geeft 14.000 e-mails. Hoe voeren jullie het gesprek met de verzoeker?
-- anneke; answer; likes joris sanne
Bel binnen een week en vraag wat iemand eigenlijk wil weten. In acht van de tien gevallen is dat één besluit of één bedrag. Leg het vast in een korte bevestiging, dan loopt de termijn ook helder.
-- joris
Gebeld. Het ging om de keuze voor de bestrating. Drie documenten, vrijdag verstuurd.

== Toegankelijkheidsverklaring: status B of toch C?
pieter; 369
Onze audit is van anderhalf jaar geleden, daarna is het formulierenplatform vervangen. Mogen we nog status B voeren?
-- sanne; answer
Nee: na een grote wijziging moet het onderzoek opnieuw. Wij zijn eerlijk teruggegaan naar C en hebben de planning erbij gezet. Geen enkele klacht.

== Brieven op B1: wat doe je met de wettelijke zin?
sanne; 352; likes fatima anneke
De bezwaarclausule blijft lastig. Wij zetten nu bovenaan: "Bent u het niet eens met dit besluit? Dan kunt u tot 14 maart bezwaar maken. Hoe dat moet, leest u onderaan." De juridische tekst staat er nog, maar niemand hoeft hem meer te ontcijferen.
-- joris
Een echte datum noemen scheelt de meeste telefoontjes. Die "zes weken na dagtekening" snapt niemand.

== Inkoop: hoe voorkom je dat de leverancier de data houdt?
fatima; 335; likes pieter joris
In drie contracten kwam ik tegen dat export "op verzoek en tegen meerkosten" is. Welke eis zetten jullie in het bestek?
-- pieter
"Volledige export in een open formaat, door ons zelf uit te voeren, zonder kosten, op ieder moment." En daarna vragen of ze het tijdens de demo willen laten zien.
-- fatima
Vooral dat laatste. Twee van de vijf konden het niet.

== Parkeervergunning aanvragen zonder DigiD
sanne; 318
Ongeveer één op de tien aanvragers komt er met DigiD niet uit. Zij komen naar het stadhuis en wachten gemiddeld 25 minuten. Heeft iemand een goede tussenweg?
-- pieter
Machtigen wordt weinig gebruikt omdat niemand weet dat het bestaat. Wij hebben er een kaartje van gemaakt dat bij de huisarts en de bibliotheek ligt.

== Afvalpas kwijt: waarom moet dat met een formulier?
fatima; 300; likes sanne
Inwoners vullen nu zeven velden in voor een nieuwe afvalpas. Adres en geboortedatum zijn genoeg. De andere vijf bleken voor een rapportage die al drie jaar niet meer gemaakt wordt.
-- sanne
Dit is precies waarom ik deze groep wilde.

== AI-richtlijn voor medewerkers: één pagina is genoeg
pieter; 283
Wij werken aan een richtlijn voor het gebruik van taalmodellen. De eerste versie was 18 pagina's. Wie heeft er een die mensen ook lezen?
-- anneke; likes pieter sanne
Het ministerie heeft er een van één pagina met drie vragen. Zou je het in een mail aan een vreemde zetten? Zou je het ondertekenen? Kun je zeggen hoe je het gecontroleerd hebt?
-- pieter
Overgenomen, met één vraag erbij: staat het in het algoritmeregister?

== Algoritmeregister: nemen jullie eenvoudige beslisregels op?
joris; 266
Onze kwijtschelding rekent met vijf regels uit een verordening. Hoort dat in het register of is dat overdreven?
-- pieter
Als de uitkomst iemand raakt: opnemen. Het kost een half uur en het voorkomt een Woo-verzoek.

== Wachttijd aan de balie: afspraak of vrije inloop?
sanne; 249
Na een jaar alleen op afspraak willen we twee ochtenden vrije inloop. De balie ziet er tegenop. Ervaringen?
-- fatima
Bij mijn vorige gemeente: inloop alleen voor ophalen en korte vragen, met een gastvrouw bij de deur. Binnen een maand was niemand meer tegen.

== Automatische ontvangstbevestiging die niets bevestigt
sanne; 231; likes joris
"Uw bericht is ontvangen en wordt zo spoedig mogelijk in behandeling genomen." Ik heb hem vervangen door: wie kijkt ernaar, wanneer hoort u iets, wat kunt u doen als dat niet gebeurt. Herhaalverkeer min 18 procent.

== Formulieren testen met inwoners: hoe vind je mensen?
pieter; 214
We willen elk formulier met vijf mensen testen. Werven via de website levert alleen collega's en gepensioneerde ICT'ers op.
-- anneke
In Harrowdean staan ze een ochtend in de bibliotheek met koffie. Vijf mensen in anderhalf uur.
-- pieter
Gedaan, met appeltaart. Zeven mensen, en het veld "BSN partner" is geschrapt.

== Woo: actief openbaar maken, waar begin je?
joris; 197; likes sanne anneke
Van de elf categorieën hebben wij er vier op orde. Volgende: convenanten of onderzoeksrapporten?
-- sanne
Rapporten. Daar wordt om gevraagd, convenanten zoekt bijna niemand.

== Huurprijscheck: verwijzen of zelf helpen?
fatima; 179
Steeds meer huurders vragen ons of hun huur klopt. Verwijzen jullie naar de Huurcommissie of helpen jullie met de puntentelling?
-- sanne
Zelf helpen, twee uur per week met vrijwilligers van de huurdersvereniging. Daarna pas verwijzen.

== Meldingen openbare ruimte: foto's met kentekens
joris; 162
Op foto's bij meldingen staan kentekens en soms gezichten. We publiceren de meldingen op een kaart. Hoe lossen jullie dat op?
-- pieter; answer; likes joris
Foto's niet publiceren, alleen de categorie en de plek. De foto blijft bij de behandelaar en verdwijnt na 30 dagen.

== Tip: één telefoonnummer op alle brieven
sanne; 145; likes fatima joris pieter
We hadden 23 nummers op brieven staan, waarvan vier naar een fax. Nu één nummer en een keuzemenu van drie. De fax is uit.

== Inkoop van drukwerk: wie heeft nog stempassen in het contract?
fatima; 128
Ons drukwerkcontract loopt af en stempassen zitten er nog in. Doen jullie dat apart?
-- anneke
Ik vraag het na bij de collega's van verkiezingen. Mijn verwachting: apart, vanwege de levertijd.

== Kinderopvangtoeslag en de bijzondere bijstand: verwarrende brief
fatima; 110
Inwoners krijgen twee brieven in dezelfde week met tegengestelde bedragen. Het klopt allebei. Heeft iemand een zin die dat uitlegt?
-- sanne
"Dit bedrag staat los van de brief van de Belastingdienst. U hoeft niets terug te betalen." Getest met acht mensen, zeven begrepen het.

== Contrast van de huisstijl haalt het niet
pieter; 92; likes anneke
Ons geel op wit heeft een contrast van 1,9. De ontwerper wil het niet kwijt. Hoe overtuig je iemand?
-- anneke
Zet het scherm buiten in de zon en vraag of hij het voorleest. Werkt altijd.

== Digitale post: wie zet het standaard uit?
sanne; 64
Bij ons krijgt iedereen papier, ook wie de Berichtenbox aan heeft staan. Dubbel werk en dubbele vragen. Wie heeft dat omgezet?
-- joris
Wij zijn ermee bezig: per productgroep, te beginnen met belastingen.

== Reserveren milieustraat: afschaffen of houden?
fatima; 33; likes sanne
In de Engelse groep loopt dezelfde discussie. Wij houden alleen de zaterdag. Ik deel de wachttijden na de zomer.

== Woo-verzoeken over appberichten van bestuurders
joris; 5
Hoe bewaren jullie appberichten van het college? Wij hebben een handreiking, maar nog geen werkwijze die ook op vrijdagavond standhoudt.
-- sanne
Vraag het bestuurssecretariaat om één vast moment in de week. Techniek lost dit niet op, een agenda wel.

== Rolstoelplek in de raadzaal: waar staat dat op de site?
anneke; 1
Een bezoeker vroeg het en ik kon het bij geen enkele gemeente snel vinden. Waar zetten jullie informatie over de toegankelijkheid van het gebouw?
`;
