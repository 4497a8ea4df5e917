using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

/// <summary>Bytes to a server and back, as no HTTP library would send them.</summary>
sealed class RawHttp : IDisposable
{
    readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    RawHttp(int? receiveBuffer)
    {
        if (receiveBuffer is { } size) socket.ReceiveBufferSize = size;
    }

    /// <param name="receiveBuffer">Small: the server's answer does not fit the kernel, so it notices who does not read.</param>
    public static async Task<RawHttp> ConnectAsync(int port, int? receiveBuffer = null)
    {
        var raw = new RawHttp(receiveBuffer);
        await raw.socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        return raw;
    }

    /// <summary>A whole request over a connection of its own: everything the server says until it closes.</summary>
    public static async Task<RawAnswer> AskAsync(int port, string head, byte[]? body = null)
    {
        using var raw = await ConnectAsync(port);
        await raw.SendAsync(head);
        if (body is not null) await raw.SendAsync(body);
        return await raw.ReadToEndAsync();
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>The server may refuse and close while we are still sending.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            for (; !bytes.IsEmpty; bytes = bytes[await socket.SendAsync(bytes, TestContext.Current.CancellationToken)..])
            {
            }
        }
        catch (SocketException)
        {
            // what it said is still to be read
        }
    }

    /// <summary>Until something of the answer is there, without reading it.</summary>
    public async Task FirstByteAsync() => await socket.ReceiveAsync(new byte[1], SocketFlags.Peek, TestContext.Current.CancellationToken);

    public async Task<RawAnswer> ReadToEndAsync()
    {
        var waited = Stopwatch.StartNew();
        using var received = new MemoryStream();
        var buffer = new byte[64 * 1024];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(90));
        try
        {
            for (int read; (read = await socket.ReceiveAsync(buffer, limit.Token)) > 0;) received.Write(buffer, 0, read);
        }
        catch (SocketException)
        {
            // reset after the answer: the server did not read all that was sent
        }

        return RawAnswer.Of(received.ToArray(), waited.Elapsed);
    }

    public void Dispose() => socket.Dispose();
}

/// <param name="Status">0: closed without a word.</param>
sealed record RawAnswer(int Status, string Head, byte[] Body, TimeSpan After)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public long? ContentLength => Head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) is { } line
        ? long.Parse(line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture)
        : null;

    public static RawAnswer Of(byte[] bytes, TimeSpan after)
    {
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0) return new RawAnswer(0, Encoding.ASCII.GetString(bytes), [], after);
        var head = Encoding.ASCII.GetString(bytes, 0, end);
        return new RawAnswer(int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture), head, bytes[(end + 4)..], after);
    }
}
