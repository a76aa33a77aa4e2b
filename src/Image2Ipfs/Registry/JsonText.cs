using System.Text.Encodings.Web;

namespace Image2Ipfs.Registry;

/// <summary>How the JSON that only we write is spelled: plus signs and the like raw, as every other tool writes them.</summary>
internal static class JsonText
{
    /// <summary>Safe here: the text is served as JSON and never put into HTML.</summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
}
