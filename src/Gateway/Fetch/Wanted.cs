namespace Image2Ipfs.Gateway.Fetch;

/// <summary>How much of a blob a request wants.</summary>
internal enum Wanted
{
    /// <summary>HEAD.</summary>
    Size,

    /// <summary>A Range header is there.</summary>
    Part,

    Whole,
}
