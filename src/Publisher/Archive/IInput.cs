namespace Image2Ipfs.Publisher.Archive;

/// <summary>Where an image comes from.</summary>
internal interface IInput : IDisposable
{
    /// <summary>Reads all of it, once.</summary>
    /// <param name="members">Says what a file is.</param>
    /// <param name="contents">Takes the files.</param>
    /// <param name="cancel">Stops between two of them.</param>
    /// <exception cref="PublisherException">It cannot be read.</exception>
    Task ReadAsync(MemberReader members, ArchiveContents contents, CancellationToken cancel);
}
