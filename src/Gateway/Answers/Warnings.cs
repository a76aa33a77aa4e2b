namespace Image2Ipfs.Gateway.Answers;

/// <summary>
/// What clients print for people, and nothing depends on.
/// Source: opencontainers/distribution-spec, spec.md, "Warnings": code 299, no agent, no date, at most 4096 bytes.
/// </summary>
internal static class Warnings
{
    public const string Schema1 = "schema 1 is deprecated: Docker from 26 on and containerd from 2.1 on refuse it";

    /// <summary>Nothing but the word of an upstream says what the name means.</summary>
    public const string Unproven = "no upstream proved what lies under this name: one that gives plain files only was believed (PlainNames)";

    public static string LeftOut(int manifests) => $"the list may lack some: {manifests} manifests of the repository were not read";

    /// <summary>The header's value. No text has quotation marks.</summary>
    public static string Header(string text) => $"299 - \"{text}\"";
}
