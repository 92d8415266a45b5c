CREATE TABLE `events` (
	`tenant_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`event_id` text NOT NULL,
	`category` text NOT NULL,
	`step` text NOT NULL,
	`record_id` text NOT NULL,
	`previous_sequence` integer,
	`key_hash` blob NOT NULL,
	`fingerprint` blob,
	`data` text NOT NULL,
	`private` text,
	`salt` blob,
	`private_hash` blob,
	`person` text,
	`makes_history` integer NOT NULL,
	`answer` text,
	`actor` text,
	`trace_id` blob NOT NULL,
	`created_at` integer NOT NULL,
	`hash` blob NOT NULL,
	PRIMARY KEY(`tenant_id`, `sequence`),
	CONSTRAINT "sequences_count_from_one" CHECK(sequence > 0)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `events_by_key` ON `events` (`tenant_id`,`key_hash`);--> statement-breakpoint
CREATE INDEX `events_that_make_history` ON `events` (`tenant_id`,`sequence`) WHERE makes_history = 1;--> statement-breakpoint
CREATE TABLE `placements` (
	`tenant_id` text PRIMARY KEY NOT NULL,
	`database` text NOT NULL,
	`jurisdiction` text,
	`placed_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`hash` text NOT NULL,
	`name` text NOT NULL,
	`scopes` text NOT NULL,
	`jurisdiction` text,
	`parent_id` text,
	`created_at` integer NOT NULL,
	`created_by` text,
	`expires_at` integer,
	`revoked_at` integer,
	`last_used_on` text,
	`request_key_hash` text,
	`fingerprint` text
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_by_request` ON `api_keys` (`tenant_id`,`request_key_hash`);--> statement-breakpoint
CREATE TABLE `clients` (
	`tenant_id` text NOT NULL,
	`client_id` text NOT NULL,
	`name` text,
	`email` text,
	`phone` text,
	`address` text,
	`country` text NOT NULL,
	`is_company` integer NOT NULL,
	`registration_number` text,
	`gender` text,
	`contact_person` text,
	`info` text,
	`search_text` text,
	`erased_at` integer,
	`created_seq` integer NOT NULL,
	`updated_seq` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	PRIMARY KEY(`tenant_id`, `client_id`),
	CONSTRAINT "a_company_has_the_gender_company" CHECK(erased_at IS NOT NULL OR is_company = (COALESCE(gender, '') = 'company'))
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `clients_by_creation` ON `clients` (`tenant_id`,`created_seq`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE TABLE `disbursement_terms` (
	`tenant_id` text NOT NULL,
	`disbursement_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`on_date` text NOT NULL,
	`disbursement_amount` integer NOT NULL,
	`total_expected_margin` integer NOT NULL,
	`maturity_date` text,
	`pledge_creditor` text,
	PRIMARY KEY(`tenant_id`, `disbursement_id`, `sequence`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `disbursements` (
	`tenant_id` text NOT NULL,
	`disbursement_id` text NOT NULL,
	`kind` text NOT NULL,
	`disbursement_amount` integer NOT NULL,
	`total_expected_margin` integer NOT NULL,
	`currency` text NOT NULL,
	`client_id` text,
	`disbursement_date` text,
	`maturity_date` text,
	`purchase_clients` text,
	`operation_date` text,
	`payment_date` text,
	`estimated_delivery_date` text,
	`goods_description` text,
	`goods_status` text,
	`gross_value` integer,
	`upfront_fee` integer,
	`installment_count` integer,
	`decision_date` text,
	`decision` text,
	`credit_score` text,
	`reason` text,
	`approved_amount` integer,
	`pledge_creditor` text,
	`bank_ref` text,
	`insurer_coverage` integer,
	`insurer_name` text,
	`info` text,
	`amount_changed_on` text,
	`margin_changed_on` text,
	`maturity_changed_on` text,
	`first_agreed_amount` integer NOT NULL,
	`changed_hands` integer DEFAULT false NOT NULL,
	`created_seq` integer NOT NULL,
	`updated_seq` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	PRIMARY KEY(`tenant_id`, `disbursement_id`),
	CONSTRAINT "a_loan_has_a_client_and_a_purchase_has_none" CHECK((kind = 'loan') = (client_id IS NOT NULL)),
	CONSTRAINT "a_financed_amount_is_positive_until_it_is_written_off" CHECK(first_agreed_amount > 0 AND disbursement_amount >= 0 AND total_expected_margin >= 0)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `disbursements_by_creation` ON `disbursements` (`tenant_id`,`created_seq`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `disbursements_by_client` ON `disbursements` (`tenant_id`,`client_id`,`created_seq`) WHERE client_id IS NOT NULL AND deleted_at IS NULL;--> statement-breakpoint
CREATE TABLE `former_payments` (
	`tenant_id` text NOT NULL,
	`disbursement_id` text NOT NULL,
	`payment_id` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `disbursement_id`, `payment_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `former_purchase_clients` (
	`tenant_id` text NOT NULL,
	`disbursement_id` text NOT NULL,
	`client_id` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `disbursement_id`, `client_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `former_purchase_clients_by_client` ON `former_purchase_clients` (`tenant_id`,`client_id`);--> statement-breakpoint
CREATE TABLE `operations` (
	`tenant_id` text NOT NULL,
	`operation_id` text NOT NULL,
	`disbursement_id` text NOT NULL,
	`operation_name` text NOT NULL,
	`operation_description` text,
	`operation_start_date` text,
	`operation_end_date` text,
	`operation_revenue` integer,
	`operation_cost` integer,
	`currency` text NOT NULL,
	`asset_id` text,
	`asset_type` text,
	`asset_value` integer,
	`asset_description` text,
	`asset_purchase_date` text,
	`asset_condition` text,
	`depreciation_amount` integer,
	`depreciation_period` text,
	`depreciation_method` text,
	`info` text,
	`created_seq` integer NOT NULL,
	`updated_seq` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	PRIMARY KEY(`tenant_id`, `operation_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `operations_by_creation` ON `operations` (`tenant_id`,`created_seq`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `operations_by_disbursement` ON `operations` (`tenant_id`,`disbursement_id`,`created_seq`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE TABLE `payment_terms` (
	`tenant_id` text NOT NULL,
	`disbursement_id` text NOT NULL,
	`payment_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`step` text NOT NULL,
	`change_date` text,
	`members` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `disbursement_id`, `payment_id`, `sequence`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `payments` (
	`tenant_id` text NOT NULL,
	`payment_id` text NOT NULL,
	`disbursement_id` text NOT NULL,
	`payment_total` integer NOT NULL,
	`currency` text NOT NULL,
	`status` text NOT NULL,
	`due_date` text NOT NULL,
	`client_id` text NOT NULL,
	`source` text NOT NULL,
	`payment_date` text,
	`payment_principal` integer,
	`payment_fee` integer,
	`installment_number` integer,
	`bank_ref` text,
	`refund` integer DEFAULT false NOT NULL,
	`recovery` integer DEFAULT false NOT NULL,
	`info` text,
	`expected_total` integer,
	`expected_principal` integer,
	`expected_fee` integer,
	`expected_due_date` text,
	`due_sequence` integer,
	`is_dated` integer DEFAULT false NOT NULL,
	`created_seq` integer NOT NULL,
	`updated_seq` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	PRIMARY KEY(`tenant_id`, `payment_id`),
	CONSTRAINT "a_payment_is_positive" CHECK(payment_total > 0),
	CONSTRAINT "principal_and_fee_make_the_total" CHECK((payment_principal IS NULL AND payment_fee IS NULL)
        OR (payment_principal >= 0 AND payment_fee >= 0 AND payment_total - payment_principal = payment_fee)),
	CONSTRAINT "what_is_expected_has_a_total_and_a_day" CHECK((expected_total IS NULL) = (expected_due_date IS NULL) AND (due_sequence IS NULL OR expected_total IS NOT NULL) AND (status <> 'expected' OR expected_total IS NOT NULL)),
	CONSTRAINT "a_refund_or_a_recovery_is_not_due" CHECK(refund + recovery = 0 OR (refund + recovery = 1 AND status <> 'expected'))
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `payments_by_creation` ON `payments` (`tenant_id`,`created_seq`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `payments_by_disbursement` ON `payments` (`tenant_id`,`disbursement_id`,`created_seq`);--> statement-breakpoint
CREATE TABLE `purchase_clients` (
	`tenant_id` text NOT NULL,
	`created_seq` integer NOT NULL,
	`position` integer NOT NULL,
	`id` text NOT NULL,
	`disbursement_id` text NOT NULL,
	`client_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `created_seq`, `position`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `purchase_clients_by_disbursement` ON `purchase_clients` (`tenant_id`,`disbursement_id`,`created_seq`,`position`);--> statement-breakpoint
CREATE INDEX `purchase_clients_by_client` ON `purchase_clients` (`tenant_id`,`client_id`,`created_seq`,`position`);--> statement-breakpoint
CREATE TABLE `position_memos` (
	`tenant_id` text NOT NULL,
	`question` text NOT NULL,
	`part` integer NOT NULL,
	`used_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `question`, `part`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `position_memos_by_expiry` ON `position_memos` (`expires_at`) WHERE part = 0;--> statement-breakpoint
CREATE TABLE `packed_facts` (
	`tenant_id` text NOT NULL,
	`disbursement_id` text NOT NULL,
	`generation` integer NOT NULL,
	`facts` text,
	PRIMARY KEY(`tenant_id`, `disbursement_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `packings` (
	`tenant_id` text PRIMARY KEY NOT NULL,
	`generation` integer NOT NULL,
	`up_to` integer NOT NULL,
	`filled_to` text,
	`members` text NOT NULL,
	`rewrites` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `settings` (
	`tenant_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`time_zone` text NOT NULL,
	`arrears_tolerance` text NOT NULL,
	`arrears_tolerance_share` text NOT NULL,
	`report_dimensions` text NOT NULL,
	`anonymous_clients` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `sequence`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `asset_status` (
	`tenant_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`event_id` text NOT NULL,
	`on_date` text NOT NULL,
	`created_at` integer NOT NULL,
	`operation_id` text NOT NULL,
	`disbursement_id` text NOT NULL,
	`asset_id` text,
	`asset_condition` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `operation_id`, `sequence`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `asset_status_by_date` ON `asset_status` (`tenant_id`,`on_date`,`sequence`);--> statement-breakpoint
CREATE TABLE `disbursement_status` (
	`tenant_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`event_id` text NOT NULL,
	`on_date` text NOT NULL,
	`created_at` integer NOT NULL,
	`disbursement_id` text NOT NULL,
	`status` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `disbursement_id`, `sequence`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `disbursement_status_by_date` ON `disbursement_status` (`tenant_id`,`on_date`,`sequence`);--> statement-breakpoint
CREATE TABLE `extensions` (
	`tenant_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`event_id` text NOT NULL,
	`on_date` text NOT NULL,
	`created_at` integer NOT NULL,
	`disbursement_id` text NOT NULL,
	`previous_maturity_date` text,
	`new_maturity_date` text,
	`change_date` text,
	`change_reason` text,
	PRIMARY KEY(`tenant_id`, `sequence`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `extensions_by_disbursement` ON `extensions` (`tenant_id`,`disbursement_id`,`sequence`);--> statement-breakpoint
CREATE TABLE `rebates` (
	`tenant_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`event_id` text NOT NULL,
	`on_date` text NOT NULL,
	`created_at` integer NOT NULL,
	`disbursement_id` text NOT NULL,
	`previous_margin` integer NOT NULL,
	`new_margin` integer NOT NULL,
	`rebate_amount` integer NOT NULL,
	`currency` text NOT NULL,
	`change_date` text,
	`change_reason` text,
	PRIMARY KEY(`tenant_id`, `sequence`),
	CONSTRAINT "a_rebate_is_the_difference" CHECK(rebate_amount > 0 AND rebate_amount = previous_margin - new_margin)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `rebates_by_disbursement` ON `rebates` (`tenant_id`,`disbursement_id`,`sequence`);--> statement-breakpoint
CREATE TABLE `restructures` (
	`tenant_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`event_id` text NOT NULL,
	`on_date` text NOT NULL,
	`created_at` integer NOT NULL,
	`disbursement_id` text NOT NULL,
	`previous_maturity_date` text,
	`new_maturity_date` text,
	`previous_margin` integer NOT NULL,
	`new_margin` integer NOT NULL,
	`previous_amount` integer NOT NULL,
	`new_amount` integer NOT NULL,
	`currency` text NOT NULL,
	`change_date` text,
	`change_reason` text,
	PRIMARY KEY(`tenant_id`, `sequence`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `restructures_by_disbursement` ON `restructures` (`tenant_id`,`disbursement_id`,`sequence`);--> statement-breakpoint
CREATE TABLE `write_offs` (
	`tenant_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`event_id` text NOT NULL,
	`on_date` text NOT NULL,
	`created_at` integer NOT NULL,
	`disbursement_id` text NOT NULL,
	`previous_amount` integer NOT NULL,
	`new_amount` integer NOT NULL,
	`write_off_amount` integer NOT NULL,
	`currency` text NOT NULL,
	`change_date` text,
	`change_reason` text,
	PRIMARY KEY(`tenant_id`, `sequence`),
	CONSTRAINT "a_write_off_is_the_difference" CHECK(write_off_amount > 0 AND write_off_amount = previous_amount - new_amount)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `write_offs_by_disbursement` ON `write_offs` (`tenant_id`,`disbursement_id`,`sequence`);--> statement-breakpoint
CREATE TABLE `dead_letters` (
	`message_id` text NOT NULL,
	`projection` text NOT NULL,
	`tenant_id` text,
	`trace_id` text,
	`body` text NOT NULL,
	`error` text NOT NULL,
	`recorded_at` integer NOT NULL,
	`redrive` integer DEFAULT 0 NOT NULL,
	`resolved_at` integer,
	PRIMARY KEY(`message_id`, `projection`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `dead_letters_open` ON `dead_letters` (`tenant_id`,`projection`) WHERE resolved_at IS NULL;--> statement-breakpoint
CREATE TABLE `projection_cursors` (
	`tenant_id` text NOT NULL,
	`projection` text NOT NULL,
	`sequence` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `projection`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sweep_place` (
	`id` integer PRIMARY KEY NOT NULL,
	`projection` text NOT NULL,
	`tenant_id` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `webhook_endpoints` (
	`tenant_id` text NOT NULL,
	`endpoint_id` text NOT NULL,
	`status` text NOT NULL,
	`cursor_sequence` integer NOT NULL,
	`next_attempt_at` integer,
	`failed_since` integer,
	`last_error` text,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `endpoint_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `account_names` (
	`tenant_id` text NOT NULL,
	`account_code` text NOT NULL,
	`name` text,
	`external_code` text,
	`external_name` text,
	`sequence` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `account_code`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `accruals` (
	`tenant_id` text NOT NULL,
	`loan_id` text NOT NULL,
	`accrual_date` text NOT NULL,
	`sequence` integer NOT NULL,
	`position` integer NOT NULL,
	`interest_minor` integer NOT NULL,
	`carried` integer NOT NULL,
	`remainder` integer NOT NULL,
	`last_day` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `loan_id`, `accrual_date`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `bank_accounts` (
	`tenant_id` text NOT NULL,
	`bank_account_ref` text NOT NULL,
	`number` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `bank_account_ref`),
	CONSTRAINT "a_tenant_has_at_most_200_bank_accounts" CHECK(number BETWEEN 1 AND 200)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `bank_accounts_by_number` ON `bank_accounts` (`tenant_id`,`number`);--> statement-breakpoint
CREATE TABLE `bank_balances` (
	`tenant_id` text NOT NULL,
	`bank_account_ref` text NOT NULL,
	`currency` text NOT NULL,
	`as_of_date` text NOT NULL,
	`closing_balance_minor` integer NOT NULL,
	`sequence` integer NOT NULL,
	`recorded_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `bank_account_ref`, `currency`, `as_of_date`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `journal_entries` (
	`tenant_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`position` integer NOT NULL,
	`journal_entry_id` text NOT NULL,
	`event_type` text NOT NULL,
	`currency` text NOT NULL,
	`layer` text NOT NULL,
	`effective_at` text NOT NULL,
	`value_date` text NOT NULL,
	`posted_at` integer NOT NULL,
	`correlation_id` text NOT NULL,
	`reverses_entry_id` text,
	`reverses_sequence` integer,
	`reverses_position` integer,
	`settles_entry_id` text,
	`loan_count` integer NOT NULL,
	`bank_account_ref` text,
	`external_ref` text,
	`description` text,
	`actor` text,
	PRIMARY KEY(`tenant_id`, `sequence`, `position`),
	CONSTRAINT "a_reversal_names_its_entry" CHECK((event_type = 'reversal') = (reverses_sequence IS NOT NULL) AND (reverses_sequence IS NULL) = (reverses_position IS NULL) AND (reverses_sequence IS NULL) = (reverses_entry_id IS NULL))
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `an_entry_is_reversed_once` ON `journal_entries` (`tenant_id`,`reverses_sequence`,`reverses_position`) WHERE reverses_sequence IS NOT NULL;--> statement-breakpoint
CREATE INDEX `late_entries` ON `journal_entries` (`tenant_id`,`value_date`,`sequence`,`position`) WHERE value_date <> effective_at;--> statement-breakpoint
CREATE INDEX `journal_entries_by_day` ON `journal_entries` (`tenant_id`,`effective_at`,`sequence`,`position`);--> statement-breakpoint
CREATE TABLE `journal_postings` (
	`tenant_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`position` integer NOT NULL,
	`loan_id` text NOT NULL,
	`line` integer NOT NULL,
	`borrower_id` text,
	`debit` text NOT NULL,
	`credit` text NOT NULL,
	`amount_minor` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `sequence`, `position`, `loan_id`, `line`),
	CONSTRAINT "an_amount_moves_between_two_accounts" CHECK(debit <> credit AND amount_minor >= 0),
	CONSTRAINT "a_loan_has_a_borrower" CHECK((loan_id = '') = (borrower_id IS NULL))
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `ledger_days` (
	`tenant_id` text NOT NULL,
	`book` text NOT NULL,
	`account_code` text NOT NULL,
	`currency` text NOT NULL,
	`layer` text NOT NULL,
	`day` text NOT NULL,
	`dr_hi` integer NOT NULL,
	`dr_lo` integer NOT NULL,
	`cr_hi` integer NOT NULL,
	`cr_lo` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `book`, `account_code`, `currency`, `layer`, `day`),
	CONSTRAINT "days_are_two_halves" CHECK(dr_hi >= 0 AND cr_hi >= 0 AND dr_lo BETWEEN 0 AND 999999999 AND cr_lo BETWEEN 0 AND 999999999)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `ledger_loans` (
	`tenant_id` text NOT NULL,
	`loan_id` text NOT NULL,
	`borrower_id` text NOT NULL,
	`currency` text NOT NULL,
	`follows_records` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `loan_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `ledger_totals` (
	`tenant_id` text NOT NULL,
	`book` text NOT NULL,
	`account_code` text NOT NULL,
	`currency` text NOT NULL,
	`layer` text NOT NULL,
	`dr_hi` integer NOT NULL,
	`dr_lo` integer NOT NULL,
	`cr_hi` integer NOT NULL,
	`cr_lo` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `book`, `account_code`, `currency`, `layer`),
	CONSTRAINT "totals_are_two_halves" CHECK(dr_hi >= 0 AND cr_hi >= 0 AND dr_lo BETWEEN 0 AND 999999999 AND cr_lo BETWEEN 0 AND 999999999)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `loan_balances` (
	`tenant_id` text NOT NULL,
	`loan_id` text NOT NULL,
	`currency` text NOT NULL,
	`principal_minor` integer NOT NULL,
	`interest_minor` integer NOT NULL,
	`fees_minor` integer NOT NULL,
	`clearing_minor` integer NOT NULL,
	`suspense_minor` integer NOT NULL,
	`margin_minor` integer NOT NULL,
	`loss_minor` integer NOT NULL,
	`interest_remainder` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `loan_id`, `currency`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `loan_days` (
	`tenant_id` text NOT NULL,
	`loan_id` text NOT NULL,
	`day` text NOT NULL,
	`currency` text NOT NULL,
	`principal_minor` integer NOT NULL,
	`interest_minor` integer NOT NULL,
	`fees_minor` integer NOT NULL,
	`clearing_minor` integer NOT NULL,
	`suspense_minor` integer NOT NULL,
	`margin_minor` integer NOT NULL,
	`loss_minor` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `loan_id`, `day`, `currency`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `loan_entries` (
	`tenant_id` text NOT NULL,
	`loan_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`position` integer NOT NULL,
	`effective_at` text NOT NULL,
	`event_type` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `loan_id`, `sequence`, `position`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `loan_entries_by_day` ON `loan_entries` (`tenant_id`,`loan_id`,`effective_at`,`sequence`,`position`);--> statement-breakpoint
CREATE TABLE `loan_losses` (
	`tenant_id` text NOT NULL,
	`loan_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`position` integer NOT NULL,
	`event_type` text NOT NULL,
	`effective_at` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `loan_id`, `sequence`, `position`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `settlements` (
	`tenant_id` text NOT NULL,
	`disbursement_entry_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`position` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `disbursement_entry_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `integrity_checks` (
	`tenant_id` text PRIMARY KEY NOT NULL,
	`sequence` integer NOT NULL,
	`position` integer NOT NULL,
	`round_after` text NOT NULL,
	`round_loans` integer NOT NULL,
	`round_done` integer NOT NULL,
	`round_started_at` integer NOT NULL,
	`record_category` text NOT NULL,
	`record_after` text NOT NULL,
	`record_round_at` integer NOT NULL,
	`figure_step` text NOT NULL,
	`figure_after` text NOT NULL,
	`figure_walk_at` integer NOT NULL,
	`is_behind` integer NOT NULL,
	`visited_at` integer NOT NULL,
	`checked_at` integer,
	`checked_upto` integer NOT NULL,
	`turns` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `integrity_checks_behind` ON `integrity_checks` (`visited_at`,`tenant_id`) WHERE is_behind = 1;--> statement-breakpoint
CREATE TABLE `integrity_findings` (
	`tenant_id` text NOT NULL,
	`found_by` text NOT NULL,
	`figure_table` text NOT NULL,
	`book` text NOT NULL,
	`account_code` text NOT NULL,
	`currency` text NOT NULL,
	`day` text NOT NULL,
	`entry` text NOT NULL,
	`entry_sequence` integer,
	`entry_position` integer,
	`found_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `found_by`, `figure_table`, `book`, `account_code`, `currency`, `day`, `entry`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `integrity_loans` (
	`tenant_id` text NOT NULL,
	`loan_id` text NOT NULL,
	`currency` text NOT NULL,
	`principal_minor` integer NOT NULL,
	`interest_minor` integer NOT NULL,
	`fees_minor` integer NOT NULL,
	`clearing_minor` integer NOT NULL,
	`suspense_minor` integer NOT NULL,
	`margin_minor` integer NOT NULL,
	`loss_minor` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `loan_id`, `currency`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `integrity_sums` (
	`tenant_id` text NOT NULL,
	`book` text NOT NULL,
	`account_code` text NOT NULL,
	`currency` text NOT NULL,
	`layer` text NOT NULL,
	`dr_hi` integer NOT NULL,
	`dr_lo` integer NOT NULL,
	`cr_hi` integer NOT NULL,
	`cr_lo` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `book`, `account_code`, `currency`, `layer`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `booked_loans` (
	`tenant_id` text NOT NULL,
	`disbursement_id` text NOT NULL,
	`loan_id` text NOT NULL,
	`follows_records` integer NOT NULL,
	`gross` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `disbursement_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `booked_loans_by_loan` ON `booked_loans` (`tenant_id`,`loan_id`);--> statement-breakpoint
CREATE TABLE `booked_parts` (
	`tenant_id` text NOT NULL,
	`category` text NOT NULL,
	`record_id` text NOT NULL,
	`name` text NOT NULL,
	`sequence` integer NOT NULL,
	`position` integer NOT NULL,
	`journal_entry_id` text NOT NULL,
	`currency` text NOT NULL,
	`day` text NOT NULL,
	`effective_at` text NOT NULL,
	`correlation_id` text NOT NULL,
	`disbursement_id` text NOT NULL,
	`loan_id` text NOT NULL,
	`borrower_id` text NOT NULL,
	`moves` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `category`, `record_id`, `name`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `closings` (
	`tenant_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`closed_through` text,
	`closed_at` integer NOT NULL,
	`actor` text,
	`note` text,
	`trial_balance_hash` text,
	PRIMARY KEY(`tenant_id`, `sequence`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `bookkeeping` (
	`tenant_id` text PRIMARY KEY NOT NULL,
	`mode` text NOT NULL,
	`settle_bank` text,
	`version` integer NOT NULL,
	`since_sequence` integer,
	`total` integer NOT NULL,
	`done` integer NOT NULL,
	`after_category` text,
	`after_id` text,
	CONSTRAINT "an_opening_has_a_place" CHECK((after_category IS NULL) = (after_id IS NULL))
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `unfinished_openings` ON `bookkeeping` (`tenant_id`) WHERE after_category IS NOT NULL;--> statement-breakpoint
CREATE TABLE `erasures` (
	`tenant_id` text NOT NULL,
	`person` text NOT NULL,
	`sequence` integer NOT NULL,
	`reason` text NOT NULL,
	`walked_to` integer NOT NULL,
	`events_done` integer NOT NULL,
	`created_at` integer NOT NULL,
	`completed_at` integer,
	`is_outdated` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `person`, `sequence`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `unfinished_erasures` ON `erasures` (`tenant_id`,`sequence`) WHERE completed_at IS NULL;--> statement-breakpoint
CREATE TABLE `rewrites` (
	`tenant_id` text PRIMARY KEY NOT NULL,
	`number` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `facilities` (
	`tenant_id` text NOT NULL,
	`facility_id` text NOT NULL,
	`sequence` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `facility_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `facility_terms` (
	`tenant_id` text NOT NULL,
	`facility_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`effective_date` text,
	`terms` text,
	PRIMARY KEY(`tenant_id`, `facility_id`, `sequence`),
	CONSTRAINT "a_facility_has_terms_until_it_is_deleted" CHECK((terms IS NULL) = (effective_date IS NULL))
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events WHEN NOT ((NEW.tenant_id, NEW.sequence, NEW.event_id, NEW.category, NEW.step, NEW.record_id, NEW.previous_sequence, NEW.key_hash, NEW.data, NEW.private_hash, NEW.person, NEW.makes_history, NEW.answer, NEW.actor, NEW.trace_id, NEW.created_at, NEW.hash) IS (OLD.tenant_id, OLD.sequence, OLD.event_id, OLD.category, OLD.step, OLD.record_id, OLD.previous_sequence, OLD.key_hash, OLD.data, OLD.private_hash, OLD.person, OLD.makes_history, OLD.answer, OLD.actor, OLD.trace_id, OLD.created_at, OLD.hash) AND (NEW.private IS NULL OR NEW.private IS OLD.private) AND (NEW.salt IS NULL OR NEW.salt IS OLD.salt) AND (NEW.fingerprint IS NULL OR NEW.fingerprint IS OLD.fingerprint)) BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER events_are_never_replaced BEFORE INSERT ON events WHEN EXISTS (SELECT 1 FROM events WHERE tenant_id = NEW.tenant_id AND sequence = NEW.sequence) OR EXISTS (SELECT 1 FROM events WHERE tenant_id = NEW.tenant_id AND key_hash = NEW.key_hash) BEGIN SELECT RAISE(ABORT, 'the log has this sequence or key'); END;
--> statement-breakpoint
CREATE TRIGGER journal_entries_are_never_changed BEFORE UPDATE ON journal_entries WHEN NOT ((NEW.tenant_id, NEW.sequence, NEW.position, NEW.journal_entry_id, NEW.event_type, NEW.currency, NEW.layer, NEW.effective_at, NEW.value_date, NEW.posted_at, NEW.correlation_id, NEW.reverses_entry_id, NEW.reverses_sequence, NEW.reverses_position, NEW.settles_entry_id, NEW.loan_count, NEW.bank_account_ref, NEW.actor) IS (OLD.tenant_id, OLD.sequence, OLD.position, OLD.journal_entry_id, OLD.event_type, OLD.currency, OLD.layer, OLD.effective_at, OLD.value_date, OLD.posted_at, OLD.correlation_id, OLD.reverses_entry_id, OLD.reverses_sequence, OLD.reverses_position, OLD.settles_entry_id, OLD.loan_count, OLD.bank_account_ref, OLD.actor) AND (NEW.external_ref IS NULL OR NEW.external_ref IS OLD.external_ref) AND (NEW.description IS NULL OR NEW.description IS OLD.description)) BEGIN SELECT RAISE(ABORT, 'the journal is append-only: post a reversal instead'); END;
--> statement-breakpoint
CREATE TRIGGER journal_entries_are_never_deleted BEFORE DELETE ON journal_entries BEGIN SELECT RAISE(ABORT, 'the journal is append-only: post a reversal instead'); END;
--> statement-breakpoint
CREATE TRIGGER journal_postings_are_never_changed BEFORE UPDATE ON journal_postings BEGIN SELECT RAISE(ABORT, 'the journal is append-only: post a reversal instead'); END;
--> statement-breakpoint
CREATE TRIGGER journal_postings_are_never_deleted BEFORE DELETE ON journal_postings BEGIN SELECT RAISE(ABORT, 'the journal is append-only: post a reversal instead'); END;
--> statement-breakpoint
CREATE TRIGGER journal_entries_are_never_replaced BEFORE INSERT ON journal_entries WHEN EXISTS (SELECT 1 FROM journal_entries WHERE tenant_id = NEW.tenant_id AND sequence = NEW.sequence AND position = NEW.position) BEGIN SELECT RAISE(ABORT, 'the journal is append-only: post a reversal instead'); END;
--> statement-breakpoint
CREATE TRIGGER journal_postings_are_never_replaced BEFORE INSERT ON journal_postings WHEN EXISTS (SELECT 1 FROM journal_postings WHERE tenant_id = NEW.tenant_id AND sequence = NEW.sequence AND position = NEW.position AND loan_id = NEW.loan_id AND line = NEW.line) BEGIN SELECT RAISE(ABORT, 'the journal is append-only: post a reversal instead'); END;
--> statement-breakpoint
CREATE TRIGGER journal_entries_keep_their_reversal BEFORE INSERT ON journal_entries WHEN EXISTS (SELECT 1 FROM journal_entries WHERE tenant_id = NEW.tenant_id AND reverses_sequence = NEW.reverses_sequence AND reverses_position = NEW.reverses_position) BEGIN SELECT RAISE(ABORT, 'an entry is reversed once'); END;
--> statement-breakpoint
CREATE TRIGGER erasures_see_later_events AFTER INSERT ON events WHEN NEW.private IS NOT NULL AND EXISTS (SELECT 1 FROM erasures WHERE tenant_id = NEW.tenant_id AND person = NEW.person AND is_outdated = 0) BEGIN UPDATE erasures SET is_outdated = 1 WHERE tenant_id = NEW.tenant_id AND person = NEW.person AND is_outdated = 0; END;