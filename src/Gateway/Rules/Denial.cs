namespace Image2Ipfs.Gateway.Rules;

/// <summary>Which list it was that something may not be had by.</summary>
internal enum ListKind
{
    /// <summary>It is not on the list of what alone may be had.</summary>
    Allow,

    Deny,

    Denylist,
}

/// <summary>Why something may not be had.</summary>
/// <param name="List">By which list.</param>
/// <param name="Status">403, 410 or 451.</param>
/// <param name="Text">For the client. Its middle part is that of nopfs, by which its users know it.</param>
internal sealed record Denial(ListKind List, int Status, string Text)
{
    public static readonly Denial NotAllowed = new(ListKind.Allow, StatusCodes.Status403Forbidden, "it is not on the list of what may be had here");

    public static Denial Blocked(ListKind list, int status, string what, string? reason) =>
        new(list, status, $"{what} is blocked and cannot be provided{(reason is null ? "" : $": {reason}")}");
}

/// <summary>Somewhere on the way to the bytes lies what may not be had.</summary>
internal sealed class DeniedException(Denial denial) : Exception(denial.Text)
{
    public Denial Denial => denial;
}
