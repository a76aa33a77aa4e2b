namespace Image2Ipfs.Publisher;

/// <summary>What a person is told: one line, and where there is one, what to do about it. The exit code is 1.</summary>
public sealed class PublisherException(string message, string? hint = null, Exception? inner = null) : Exception(message, inner)
{
    public string? Hint { get; } = hint;

    /// <summary>The archive is not what a program writes that works: there is nothing to do but to get another.</summary>
    internal static PublisherException BadArchive(string message, Exception? inner = null) =>
        new(message, "the archive is damaged, or not one that 'docker save' wrote; save the image again", inner);
}
