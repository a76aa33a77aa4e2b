using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Answers;

/// <summary>What a request gets. Handlers return it; <see cref="AnswerWriter"/> alone turns it into HTTP.</summary>
internal abstract record Answer
{
    /// <summary>What the person behind the client should know, of <see cref="Answers.Warnings"/>.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The registry in whose stead this was answered, where the client named one.</summary>
    public string? Namespace { get; init; }

    /// <summary>JSON that is not named by a digest: the ping, a list.</summary>
    /// <param name="Content">The body.</param>
    internal sealed record Json(ReadOnlyMemory<byte> Content) : Answer
    {
        public MediaType MediaType { get; init; } = new("application/json");

        /// <summary>Where the next page is, or null.</summary>
        public string? Next { get; init; }

        /// <summary>By what the list was filtered, or null.</summary>
        public string? FilteredBy { get; init; }
    }

    /// <summary>A manifest, or another small thing in memory that a digest names.</summary>
    /// <param name="Content">The body.</param>
    /// <param name="MediaType">Its Content-Type.</param>
    /// <param name="Digest">The digest by which it is known; of a signed schema 1, the payload's.</param>
    /// <param name="IsImmutable">Whether its address never gives another one: not by a tag below a name that may move.</param>
    internal sealed record InMemory(ReadOnlyMemory<byte> Content, MediaType MediaType, Digest Digest, bool IsImmutable = true) : Answer;

    /// <summary>A configuration or layer.</summary>
    /// <param name="Content">Its bytes; the writer of the answer disposes it.</param>
    internal sealed record Blob(IBody Content, long Size, Digest Digest) : Answer;
}
