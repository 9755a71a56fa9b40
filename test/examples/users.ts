/** Whom the provider knows, by the name that they sign in with. */
export const users: Readonly<Record<string, { email: string; email_verified: boolean }>> = {
  ada: { email: "Ada.Lovelace@example.com", email_verified: true },
  grace: { email: "grace@example.com", email_verified: true },
  // Who calls themselves by another's address, which the provider has not verified.
  mallory: { email: "ada.lovelace@example.com", email_verified: false },
  stranger: { email: "stranger@elsewhere.example", email_verified: true },
  boot: { email: "bootstrap@example.com", email_verified: true },
};

/** What the application under test has of it: the first by the table, the others by the rule. */
export const people = { actors: { "ada.lovelace@example.com": "ada" }, domain: "example.com" };

/** How the provider knows the application. */
export const CLIENT = { client_id: "kata-web", client_secret: "a-secret-of-the-client-alone" };
