import { create, type Envelope } from "./envelope.ts";
import type { Random } from "./random.ts";

const FIRST_NAMES = {
  female: [
    "Amara",
    "Beatriz",
    "Chloe",
    "Dina",
    "Elena",
    "Fatou",
    "Grace",
    "Hana",
    "Ines",
    "Joy",
    "Lucia",
    "Mei",
  ],
  male: [
    "Ahmed",
    "Bruno",
    "Carlos",
    "Daniel",
    "Emeka",
    "Felix",
    "Goran",
    "Hugo",
    "Ivan",
    "Jonas",
    "Kofi",
    "Luis",
  ],
} as const;
const LAST_NAMES = [
  "Okafor",
  "Silva",
  "Martin",
  "Novak",
  "Garcia",
  "Kim",
  "Mensah",
  "Rossi",
  "Haddad",
  "Smith",
  "Tanaka",
  "Wangari",
];
const TRADES = [
  "Trading",
  "Farms",
  "Logistics",
  "Textiles",
  "Foods",
  "Solar",
  "Motors",
  "Timber",
  "Pharma",
  "Print",
];
const PLACES = [
  { country: "US", city: "Austin, TX 78701", dial: "+1512" },
  { country: "GB", city: "Leeds LS1 4DY", dial: "+44113" },
  { country: "FR", city: "69002 Lyon", dial: "+33472" },
  { country: "BR", city: "Recife 50030-000", dial: "+5581" },
  { country: "KE", city: "Nairobi 00100", dial: "+25420" },
  { country: "MX", city: "06000 Ciudad de México", dial: "+5255" },
] as const;

/** The id of the client with this `index`, from 1. */
export const clientId = (index: number): string => `BR-${String(index).padStart(4, "0")}`;

/** A client of the sample: a company in four of ten cases. */
export function sampleClient(index: number, random: Random): Envelope {
  const place = random.pick(PLACES);
  const gender = random.chance(0.5) ? "female" : "male";
  const person = `${random.pick(FIRST_NAMES[gender])} ${random.pick(LAST_NAMES)}`;
  const number = String(random.integer(100_000, 999_999));
  const common = {
    client_id: clientId(index),
    phone: `${place.dial}${number}`,
    address: `${random.integer(1, 240)} Market Street, ${place.city}`,
    country: place.country,
  };
  if (random.chance(0.4)) {
    const name = `${random.pick(LAST_NAMES)} ${random.pick(TRADES)} Ltd`;
    return create("client", {
      ...common,
      name,
      email: `finance${index}@example.com`,
      is_company: true,
      registration_number: `CR-${number}`,
      contact_person: person,
    });
  }
  return create("client", {
    ...common,
    name: person,
    email: `client${index}@example.com`,
    is_company: false,
    registration_number: `ID-${number}`,
    gender,
  });
}
