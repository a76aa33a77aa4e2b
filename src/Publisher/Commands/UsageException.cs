namespace Image2Ipfs.Publisher.Commands;

/// <summary>The command line makes no sense. The exit code is 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
