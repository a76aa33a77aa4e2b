using Image2Ipfs.Registry;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Store;

/// <summary>Slices of one blob.</summary>
internal sealed class BlobReader : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly Digest _digest;

    /// <exception cref="InvalidDataException">The blob is not there.</exception>
    public BlobReader(string file, Digest digest)
    {
        _digest = digest;
        try
        {
            _file = File.OpenHandle(file, options: FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"blob {digest} is missing", e);
        }
    }

    /// <exception cref="InvalidDataException">The blob has not so many bytes.</exception>
    public void Read(long offset, Span<byte> to)
    {
        for (var filled = 0; filled < to.Length;)
        {
            // The offset is what some node says.
            var read = offset < 0 ? 0 : RandomAccess.Read(_file, to[filled..], offset + filled);
            if (read == 0)
                throw new InvalidDataException($"blob {_digest} is too short");
            filled += read;
        }
    }

    public void Dispose() => _file.Dispose();
}
