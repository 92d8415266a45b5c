import { type Command, InvalidArgumentError, Option } from "commander";
import { WEBHOOK_TYPES } from "../../domain/core/webhook.ts";
import type { ForwardOptions } from "../listen/forward.ts";
import type { ListenOptions } from "../listen/listen.ts";
import type {
  EndpointOptions,
  NewEndpointOptions,
  ReplayOptions,
  WebhooksOptions,
} from "../webhooks/webhooks.ts";
import { type Finish, jsonOption, port, wholeNumber, withService } from "./options.ts";

/** The commands of webhooks. */
export interface WebhookHandlers {
  readonly listen: (options: ListenOptions) => Promise<number>;
  readonly forward: (options: ForwardOptions) => Promise<number>;
  readonly listWebhooks: (options: WebhooksOptions) => Promise<number>;
  readonly createWebhook: (options: NewEndpointOptions) => Promise<number>;
  readonly changeWebhook: (options: EndpointOptions) => Promise<number>;
  readonly replayWebhook: (options: ReplayOptions) => Promise<number>;
}

export const WEBHOOK_HANDLERS: WebhookHandlers = {
  listen: async (options) => (await import("../listen/listen.ts")).listen(options),
  forward: async (options) => (await import("../listen/forward.ts")).forward(options),
  listWebhooks: async (options) => (await import("../webhooks/webhooks.ts")).listWebhooks(options),
  createWebhook: async (options) => (await import("../webhooks/webhooks.ts")).createWebhook(options),
  changeWebhook: async (options) => (await import("../webhooks/webhooks.ts")).changeWebhook(options),
  replayWebhook: async (options) => (await import("../webhooks/webhooks.ts")).replayWebhook(options),
};

const fromSequence = () =>
  new Option("--from-sequence <number>", "sequence of the first event").argParser(
    wholeNumber(1, Number.MAX_SAFE_INTEGER),
  );

/** Adds `listen` and `webhooks`. */
export function addWebhookCommands(program: Command, handlers: WebhookHandlers, finish: Finish): void {
  addListen(program, handlers, finish);
  const webhooks = program
    .command("webhooks")
    .summary("list, create, change and delete webhook endpoints")
    .description("Lists, creates, changes and deletes webhook endpoints.")
    .helpCommand(false);
  withService(webhooks.command("list").description("Lists all endpoints, without their secrets."))
    .addOption(jsonOption())
    .action(async ({ url, token, json = false }: WebhooksOptions) =>
      finish(await handlers.listWebhooks({ url, token, json })),
    );
  addCreate(webhooks, handlers, finish);
  addChanges(webhooks, handlers, finish);
}

function address(text: string): string {
  if (URL.canParse(text) && /^https?:/i.test(text)) return text;
  throw new InvalidArgumentError("It takes an address such as http://localhost:4242/webhook.");
}

interface ListenFlags extends ListenOptions {
  readonly forwardTo?: string;
}

function addListen(program: Command, handlers: WebhookHandlers, finish: Finish): void {
  withService(
    program
      .command("listen")
      .summary("receive webhooks on this machine, or forward events to a URL")
      .description(
        "Registers a webhook endpoint on this machine, verifies the deliveries and prints one JSON line for " +
          "each delivery. Ctrl-C removes the endpoint again. With --forward-to it registers nothing: it reads " +
          "new events from the log and sends each to the URL, signed as a webhook.",
      ),
  )
    .option("-p, --port <number>", "TCP port", port, 8900)
    .option("--secret <whsec>", "secret of a registered endpoint (registers none), or of --forward-to")
    .addOption(fromSequence())
    .option("--forward-to <url>", "address that gets each event", address)
    .addHelpText(
      "after",
      `
  npx loan-ledger listen --from-sequence 1
  npx loan-ledger listen --forward-to http://localhost:4242/webhook

--forward-to works with any service, also one that cannot reach this machine.
It needs the scopes records:read and hpts:ledger:read, sends what endpoints get
but historyAdded, in order and once: a failed attempt is printed and not
repeated.`,
    )
    .action(async ({ url, token, port: at, secret, fromSequence, forwardTo }: ListenFlags) =>
      finish(
        await (forwardTo === undefined
          ? handlers.listen({ url, token, port: at, secret, fromSequence })
          : handlers.forward({ url, token, to: forwardTo, secret, fromSequence })),
      ),
    );
}

function addCreate(webhooks: Command, handlers: WebhookHandlers, finish: Finish): void {
  withService(
    webhooks
      .command("create")
      .description("Registers an endpoint and prints it with its secret, which is not shown again.")
      .argument("<to>", "address of the endpoint", address),
  )
    .addOption(
      new Option("--types <types...>", "types of messages (default: all that the token may read)").choices(
        WEBHOOK_TYPES,
      ),
    )
    .option("--description <text>", "what it is for")
    .addOption(fromSequence())
    .addOption(jsonOption())
    .action(async (to: string, options: NewEndpointOptions) => {
      const { url, token, types, description, fromSequence, json = false } = options;
      finish(await handlers.createWebhook({ to, url, token, types, description, fromSequence, json }));
    });
}

const CHANGES = [
  ["enable", "Enables an endpoint, which continues where it stopped."],
  ["disable", "Disables an endpoint."],
  ["test", "Sends a ping to an endpoint. Exit code 1: it was not delivered."],
  ["rotate-secret", "Gives an endpoint a new secret. Both sign for 24 hours."],
  ["delete", "Deletes an endpoint."],
] as const;

function addChanges(webhooks: Command, handlers: WebhookHandlers, finish: Finish): void {
  for (const [action, description] of CHANGES) {
    withService(webhooks.command(action).description(description).argument("<id>", "endpoint_id"))
      .addOption(jsonOption())
      .action(async (id: string, { url, token, json = false }: WebhooksOptions) =>
        finish(await handlers.changeWebhook({ id, action, url, token, json })),
      );
  }
  withService(
    webhooks
      .command("replay")
      .description("Delivers again from an event on.")
      .argument("<id>", "endpoint_id"),
  )
    .addOption(fromSequence().makeOptionMandatory())
    .addOption(jsonOption())
    .action(async (id: string, { url, token, fromSequence, json = false }: ReplayOptions) =>
      finish(await handlers.replayWebhook({ id, url, token, fromSequence, json })),
    );
}
