/** Members of `info` by which reports may filter and group (docs/api.md#settings). */
export interface ReportDimensions {
  readonly disbursement: readonly string[];
  readonly client: readonly string[];
}

/** What a tenant has chosen for itself (docs/api.md#settings). */
export interface Settings {
  /** An IANA name that `Intl` knows. */
  readonly time_zone: string;
  /** `100`, or one for each currency: `USD:100,JPY:10000` (docs/portfolio.md#tolerance). */
  readonly arrears_tolerance: string;
  /** A decimal from 0 to 1. */
  readonly arrears_tolerance_share: string;
  readonly report_dimensions: ReportDimensions;
  /** Clients need not have what names a person. */
  readonly anonymous_clients: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  time_zone: "UTC",
  arrears_tolerance: "0",
  arrears_tolerance_share: "0",
  report_dimensions: { disbursement: [], client: [] },
  anonymous_clients: false,
};
