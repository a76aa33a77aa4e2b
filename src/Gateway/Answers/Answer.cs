using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Answers;

/// <summary>What a request gets. Handlers return it; <see cref="AnswerWriter"/> alone turns it into HTTP.</summary>
internal abstract record Answer
{
    /// <summary>JSON that is not named by a digest: the ping, a list of tags.</summary>
    /// <param name="Content">The body.</param>
    /// <param name="Link">The Link header to the next page, or null.</param>
    internal sealed record Json(ReadOnlyMemory<byte> Content, string? Link = null) : Answer;

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
