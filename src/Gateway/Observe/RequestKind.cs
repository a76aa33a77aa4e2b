namespace Image2Ipfs.Gateway.Observe;

/// <summary>What a request asks for, as far as it is counted.</summary>
internal enum RequestKind
{
    Manifest,
    Blob,
    Tags,
    Referrers,
    Catalog,
    Ping,

    /// <summary>Nothing that there is below /v2/.</summary>
    Wrong,

    /// <summary>Below /ipfs/, answered here or passed on.</summary>
    Ipfs,

    /// <summary>Below /ipns/.</summary>
    Ipns,
}
