namespace Image2Ipfs.Publisher;

/// <summary>What a person is told: one line, and where there is one, what to do about it. The exit code is 1.</summary>
public sealed class PublisherException(string message, string? hint = null, Exception? inner = null) : Exception(message, inner)
{
    public string? Hint { get; } = hint;
}
