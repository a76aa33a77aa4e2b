using System.Net;
using System.Net.Http.Headers;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Targets.Kubo;

/// <summary>
/// The body of <c>dag/import</c>: a CARv1 of the root, made block by block while it is sent. Its length is not known
/// before, so it goes in chunks.
/// </summary>
/// <param name="root">The root of the store.</param>
/// <param name="without">Blocks that are left out.</param>
/// <param name="onSent">Takes the number of bytes whenever some were taken by the network.</param>
internal sealed class CarContent(StoredRoot root, IReadOnlySet<Cid> without, Action<int> onSent) : HttpContent
{
    /// <summary>What went wrong in the store while it was read. HttpClient would say that the connection broke.</summary>
    public Exception? StoreFault { get; private set; }

    /// <summary>The only part of a form. A part of <see cref="MultipartFormDataContent"/> has a name in a second form too, which not every parser takes.</summary>
    public MultipartContent AsForm()
    {
        Headers.ContentType = new MediaTypeHeaderValue("application/vnd.ipld.car"); // js-ipfs refuses a part without a type
        Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = "\"file\"", FileName = "\"root.car\"" };
        return new MultipartContent("form-data") { this };
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await WriteAsync(stream, Car.Header(root.Cid), cancellationToken).ConfigureAwait(false);
        using var section = new MemoryStream();
        foreach (var block in Verified())
        {
            section.SetLength(0);
            Car.WriteSection(section, block);
            await WriteAsync(stream, section.GetBuffer().AsMemory(0, (int)section.Length), cancellationToken).ConfigureAwait(false);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private async ValueTask WriteAsync(Stream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        await stream.WriteAsync(bytes, cancel).ConfigureAwait(false);
        onSent(bytes.Length);
    }

    private IEnumerable<Block> Verified()
    {
        using var blocks = root.VerifiedBlocks(without).GetEnumerator();
        while (true)
        {
            try
            {
                if (!blocks.MoveNext())
                    yield break;
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                StoreFault = e;
                throw;
            }
            yield return blocks.Current;
        }
    }
}
